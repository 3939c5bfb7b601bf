/// SSRCs that belong together (RFC 5576 §4.2).
public struct SDPSourceGroup: Hashable, Sendable {
    /// `FID` pairs a stream with its retransmissions, `SIM` lists simulcast layers, `FEC-FR` adds repair.
    public var semantics: String
    public var ssrcs: [UInt32]

    public init(semantics: String, ssrcs: [UInt32]) {
        self.semantics = semantics
        self.ssrcs = ssrcs
    }
}
