import ArgumentParser
import Runner
import Store
import StoreMongo
import StoreSQLite

/// Where a server writes down what happens, as it is said on the command line and in files.
enum StoreArgument: ExpressibleByArgument, Hashable {
    case none
    case sqlite(path: String)
    case mongo(url: String)

    init?(argument: String) {
        if argument == "none" {
            self = .none
        } else if argument.hasPrefix("sqlite:"), argument.utf8.count > 7 {
            self = .sqlite(path: String(argument.dropFirst(7)))
        } else if argument.hasPrefix("mongodb://") || argument.hasPrefix("mongodb+srv://") {
            self = .mongo(url: argument)
        } else {
            return nil
        }
    }

    /// - Returns: `nil` for none.
    func open() throws(StoreError) -> (any StoreBackend)? {
        switch self {
        case .none: nil
        case .sqlite(let path): try SQLiteStore(path: path)
        case .mongo(let url): try MongoStore(url: url)
        }
    }

    /// The same for runs.
    var runStore: RunStore? {
        switch self {
        case .none: nil
        case .sqlite(let path): RunStore { () throws(StoreError) in try SQLiteStore(path: path) }
        case .mongo(let url): RunStore { () throws(StoreError) in try MongoStore(url: url) }
        }
    }
}
