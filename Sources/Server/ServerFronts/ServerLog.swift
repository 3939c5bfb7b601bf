public import Operations

/// Where a server's log goes.
public struct ServerLog: Sendable {
    /// Lines that matter less are not made.
    public var level: LogLevel
    /// Takes whole lines, each with its line feed; must not wait.
    public var write: @Sendable (String) -> Void

    public init(level: LogLevel = .info, write: @escaping @Sendable (String) -> Void) {
        self.level = level
        self.write = write
    }
}
