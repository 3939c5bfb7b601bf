import ArgumentParser
import Store
import StoreSQLite

/// Where a server writes down what happens, as it is said on the command line and in files.
enum StoreArgument: ExpressibleByArgument, Hashable {
    case none
    case sqlite(path: String)

    init?(argument: String) {
        if argument == "none" {
            self = .none
        } else if argument.hasPrefix("sqlite:"), argument.utf8.count > 7 {
            self = .sqlite(path: String(argument.dropFirst(7)))
        } else {
            return nil
        }
    }

    /// - Returns: `nil` for none.
    func open() throws(StoreError) -> (any StoreBackend)? {
        switch self {
        case .none: nil
        case .sqlite(let path): try SQLiteStore(path: path)
        }
    }
}
