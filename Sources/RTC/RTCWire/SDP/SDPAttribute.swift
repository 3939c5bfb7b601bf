internal import RTCCore

/// An attribute as it stands in the text: `a=name` or `a=name:value`.
public struct SDPAttribute: Hashable, Sendable {
    public var name: String
    public var value: String?

    public init(_ name: String, _ value: String? = nil) {
        self.name = name
        self.value = value
    }

    init(_ text: ByteText) {
        let (name, value) = text.cut(at: UInt8(ascii: ":"))
        self.init(name.string, value?.string)
    }

    /// `name` or `name:value`.
    public var text: String {
        guard let value else { return name }
        return "\(name):\(value)"
    }
}
