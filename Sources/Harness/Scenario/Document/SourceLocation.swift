/// Where something was written: in the scenario's file, or on the command line.
public struct SourceLocation: Sendable, Hashable {
    /// From 1; 0 where the whole file is meant.
    public var line: Int
    /// From 1, in Unicode scalars; 0 where the whole file is meant.
    public var column: Int
    /// The `path=value` of `--set` that wrote it; `nil` for the file.
    public var override: String?

    public init(line: Int, column: Int, override: String? = nil) {
        self.line = line
        self.column = column
        self.override = override
    }

    static let file = SourceLocation(line: 0, column: 0)
}
