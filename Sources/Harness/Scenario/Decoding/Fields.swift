/// One mapping of the document, with the keys that its table knows.
struct Fields {
    let table: KeyTable
    let location: SourceLocation
    /// Where the mapping is: `groups[0]`; empty for the scenario itself.
    let path: String
    private let entries: [DocumentNode.Entry]

    init(_ entries: [DocumentNode.Entry], table: KeyTable, location: SourceLocation, path: String) {
        self.entries = entries
        self.table = table
        self.location = location
        self.path = path
    }

    /// The value of a key; `nil` where it is absent.
    subscript(key: String) -> DocumentNode? {
        entries.first { $0.key == key }?.value
    }

    /// Keys in the order in which they were written.
    var keys: [String] { entries.map(\.key) }

    func path(of key: String) -> String {
        path.isEmpty ? key : "\(path).\(key)"
    }
}
