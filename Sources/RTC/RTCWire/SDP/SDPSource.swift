/// An SSRC and what a section says of it (RFC 5576 §4.1).
public struct SDPSource: Hashable, Sendable {
    public var ssrc: UInt32
    public var attributes: [SDPAttribute]

    public init(ssrc: UInt32, attributes: [SDPAttribute] = []) {
        self.ssrc = ssrc
        self.attributes = attributes
    }

    /// The endpoint's canonical name (RFC 5576 §6.1).
    public var cname: String? {
        attributes.first { $0.name == "cname" }?.value
    }
}
