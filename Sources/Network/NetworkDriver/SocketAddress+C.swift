internal import CStarlingSocket
internal import Glibc
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

    /// What the system's resolver or a socket tells; `nil` for another family of addresses.
    init?(_ address: UnsafePointer<sockaddr>, size: socklen_t, port: UInt16) {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard getnameinfo(address, size, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else { return nil }
        let literal = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // Without the interface that a link-local address is on.
        self.init(literal.prefix { $0 != "%" }, port: port)
    }
}
