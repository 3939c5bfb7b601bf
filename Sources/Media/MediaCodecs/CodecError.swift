/// A codec library refused something.
public struct CodecError: Error, Hashable, Sendable {
    /// Such as `VP8 decoder`.
    public var codec: String
    /// What was asked of it.
    public var action: String
    /// The library's own words.
    public var reason: String

    public init(codec: String, action: String, reason: String) {
        self.codec = codec
        self.action = action
        self.reason = reason
    }
}

extension CodecError: CustomStringConvertible {
    public var description: String { "\(codec): cannot \(action): \(reason)" }
}
