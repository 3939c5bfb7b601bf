internal import CStarlingSocket
internal import RTCCore

extension SocketAddress {
    @inline(__always)
    init(_ address: starling_address) {
        if address.is_ipv6 == 0 {
            self.init(ipv4: UInt32(truncatingIfNeeded: address.low), port: address.port)
        } else {
            self.init(ipv6High: address.high, low: address.low, port: address.port)
        }
    }

    @inline(__always)
    var forSystem: starling_address {
        starling_address(high: high, low: low, port: port, is_ipv6: family == .ipv6 ? 1 : 0)
    }
}
