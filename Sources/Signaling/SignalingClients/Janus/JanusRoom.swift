/// A VideoRoom under the number that Janus knows it by.
///
/// A name of digits is the number of a room that the server has: it is joined, never made and never taken away. Any other name is a
/// room of this client's own. It is made on demand under a number that comes from the name, and taken away by whoever leaves it last.
public struct JanusRoom: Sendable, Hashable {
    public let name: String
    public let number: Int64
    public let isMadeOnDemand: Bool

    public init(_ name: String) {
        self.name = name
        let digits = Int64(name).flatMap { name.utf8.allSatisfy { (0x30...0x39).contains($0) } ? $0 : nil }
        if let digits, (1..<(1 << 53)).contains(digits) {
            number = digits
            isMadeOnDemand = false
        } else {
            number = Self.number(of: name)
            isMadeOnDemand = true
        }
    }

    /// FNV-1a, folded into the integers that every JSON reader holds exactly (RFC 8259 §6), above those that people choose.
    private static func number(of name: String) -> Int64 {
        let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
        return Int64(hash >> 12 | 1 << 51)
    }
}
