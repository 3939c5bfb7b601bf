/// An IPv4 or IPv6 address with a port, kept inline so that a packet's path costs no allocation.
public struct SocketAddress: Hashable, Sendable {
    public enum Family: UInt8, Sendable {
        case ipv4
        case ipv6
    }

    public let family: Family
    /// The first eight bytes of an IPv6 address, big-endian; zero for IPv4.
    public let high: UInt64
    /// The last eight bytes of an IPv6 address, or the four of an IPv4 address in the low half.
    public let low: UInt64
    public var port: UInt16

    @inlinable
    public init(ipv4 address: UInt32, port: UInt16) {
        family = .ipv4
        high = 0
        low = UInt64(address)
        self.port = port
    }

    @inlinable
    public init(ipv6High high: UInt64, low: UInt64, port: UInt16) {
        family = .ipv6
        self.high = high
        self.low = low
        self.port = port
    }

    @inlinable
    public static func == (left: SocketAddress, right: SocketAddress) -> Bool {
        left.low == right.low && left.port == right.port && left.high == right.high && left.family == right.family
    }

    public static func loopback(port: UInt16) -> SocketAddress {
        SocketAddress(ipv4: 0x7F00_0001, port: port)
    }

    public var isLoopback: Bool {
        switch family {
        case .ipv4: low >> 24 == 127
        case .ipv6: high == 0 && low == 1
        }
    }

    public var isMulticast: Bool {
        switch family {
        case .ipv4: low >> 28 == 0xE
        case .ipv6: high >> 56 == 0xFF
        }
    }

    public var isLinkLocal: Bool {
        switch family {
        case .ipv4: low >> 16 == 0xA9FE
        case .ipv6: high >> 54 == 0xFE80 >> 6
        }
    }
}

extension SocketAddress {
    /// Reads a literal such as `192.0.2.1`, `2001:db8::1` or `[2001:db8::1]`; `nil` for anything else, host names included.
    public init?(_ text: some StringProtocol, port: UInt16) {
        self.init(ByteText(text), port: port)
    }

    package init?(_ text: ByteText, port: UInt16) {
        if let address = Self.parseIPv4(text) {
            self.init(ipv4: address, port: port)
            return
        }
        var body = text
        if body.first == 0x5B, body.last == 0x5D { body = body.dropFirst().dropLast() }
        guard let (high, low) = Self.parseIPv6(Substring(body.string)) else { return nil }
        self.init(ipv6High: high, low: low, port: port)
    }

    private static func parseIPv4(_ text: ByteText) -> UInt32? {
        var address: UInt32 = 0
        var parts = 0
        var rest: ByteText? = text
        while let (part, next) = rest?.cut(at: 0x2E) {
            guard parts < 4, part.count <= 3, let byte = part.decimal(UInt8.self) else { return nil }
            address = address << 8 | UInt32(byte)
            parts += 1
            rest = next
        }
        return parts == 4 ? address : nil
    }

    private static func parseIPv6(_ text: Substring) -> (UInt64, UInt64)? {
        guard text.utf8.count <= 45, text.contains(":") else { return nil }
        let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        guard halves.count <= 2, let head = groups(halves[0]) else { return nil }
        var all = head
        if halves.count == 2 {
            guard let tail = groups(halves[1]), head.count + tail.count < 8 else { return nil }
            all += Array(repeating: 0, count: 8 - head.count - tail.count) + tail
        }
        guard all.count == 8 else { return nil }
        let high = all[0..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        let low = all[4..<8].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        return (high, low)
    }

    private static func groups(_ text: Substring) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var found: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, part.contains(".") {
                guard let address = parseIPv4(ByteText(part)) else { return nil }
                found += [UInt16(address >> 16), UInt16(truncatingIfNeeded: address)]
                continue
            }
            guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ $0 != 43 && $0 != 45 }),
                let group = UInt16(part, radix: 16)
            else { return nil }
            found.append(group)
        }
        return found
    }

    /// The address without its port, as RFC 5952 writes it.
    public var host: String {
        switch family {
        case .ipv4:
            let head = String(low >> 24 & 0xFF) + "." + String(low >> 16 & 0xFF)
            return head + "." + String(low >> 8 & 0xFF) + "." + String(low & 0xFF)
        case .ipv6:
            let groups = (0..<8).map { index -> UInt16 in
                let half = index < 4 ? high : low
                return UInt16(truncatingIfNeeded: half >> UInt64(48 - 16 * (index % 4)))
            }
            return Self.compressed(groups)
        }
    }

    private static func compressed(_ groups: [UInt16]) -> String {
        var best = 0..<0
        var start = 0
        while start < 8 {
            guard groups[start] == 0 else {
                start += 1
                continue
            }
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(best.count, 1) { best = start..<end }
            start = end
        }
        let text = { (slice: ArraySlice<UInt16>) in slice.map { String($0, radix: 16) }.joined(separator: ":") }
        guard !best.isEmpty else { return text(groups[...]) }
        return text(groups[..<best.lowerBound]) + "::" + text(groups[best.upperBound...])
    }
}

extension SocketAddress: CustomStringConvertible {
    public var description: String {
        family == .ipv4 ? "\(host):\(port)" : "[\(host)]:\(port)"
    }
}
