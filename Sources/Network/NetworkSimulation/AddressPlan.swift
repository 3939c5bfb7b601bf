internal import RTCCore

/// Which addresses hosts and NATs have: each has a slot, hosts from zero and NATs from ``firstNAT``, and each address tells its slot.
///
/// Outside they lie in 198.18.0.0/15, the range for benchmarks (RFC 2544 §C.2.2); who changes its address goes on in 100.64.0.0/10
/// (RFC 6598). Behind a NAT they lie in 10.0.0.0/8, no two alike.
enum AddressPlan {
    static let firstAddress: UInt32 = 0xC612_0001
    static let firstLaterAddress: UInt32 = 0x6440_0000
    static let firstPrivateAddress: UInt32 = 0x0A00_0001
    /// The slots of one change of address.
    static let blockSize: UInt32 = 131_072
    static let laterBlocks: UInt32 = 32
    static let privateBlocks: UInt32 = 128
    static let firstNAT = 65_536
    static let maximumNATs = 65_534

    /// - Parameter changes: How often the address has changed before.
    static func address(of slot: Int, changes: Int, isPublic: Bool) -> SocketAddress {
        let slot = UInt32(slot)
        guard isPublic else {
            let block = UInt32(changes % Int(privateBlocks)) * blockSize
            return SocketAddress(ipv4: firstPrivateAddress + block + slot, port: 0)
        }
        guard changes > 0 else { return SocketAddress(ipv4: firstAddress + slot, port: 0) }
        let block = UInt32((changes - 1) % Int(laterBlocks)) * blockSize
        return SocketAddress(ipv4: firstLaterAddress + block + slot, port: 0)
    }

    /// Whose address it is, or was.
    static func slot(of address: SocketAddress) -> Int? {
        guard address.family == .ipv4 else { return nil }
        let low = UInt32(address.low)
        switch low {
        case firstPrivateAddress..<firstPrivateAddress + privateBlocks * blockSize - 1:
            return Int((low - firstPrivateAddress) % blockSize)
        case firstLaterAddress..<firstLaterAddress + laterBlocks * blockSize:
            return Int((low - firstLaterAddress) % blockSize)
        case firstAddress..<firstAddress + blockSize:
            return Int(low - firstAddress)
        default: return nil
        }
    }
}
