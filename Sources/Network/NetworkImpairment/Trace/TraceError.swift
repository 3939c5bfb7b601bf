/// What is wrong with a trace file.
public struct TraceError: Error, Hashable, Sendable, CustomStringConvertible {
    public let path: String
    /// From 1; 0 where it is about the file as a whole.
    public let line: Int
    /// What is wrong and what to write instead.
    public let message: String

    public init(path: String, line: Int = 0, message: String) {
        self.path = path
        self.line = line
        self.message = message
    }

    /// `traces/lte.csv:14: '1,2' has 2 values; each line has 4: t_ms,rate_kbps,delay_ms,loss`
    public var description: String {
        line > 0 ? "\(path):\(line): \(message)" : "\(path): \(message)"
    }
}
