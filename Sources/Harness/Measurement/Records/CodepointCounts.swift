public import NetworkImpairment

/// Datagrams by the congestion codepoint that they came with (RFC 3168 §5).
public struct CodepointCounts: Hashable, Sendable {
    public var ect0: UInt64 = 0
    public var ect1: UInt64 = 0
    /// Marked on the way.
    public var ce: UInt64 = 0

    public init() {}

    public var isEmpty: Bool { ect0 == 0 && ect1 == 0 && ce == 0 }

    public mutating func count(_ ecn: ECN) {
        switch ecn {
        case .notECT: break
        case .ect0: ect0 += 1
        case .ect1: ect1 += 1
        case .ce: ce += 1
        }
    }
}
