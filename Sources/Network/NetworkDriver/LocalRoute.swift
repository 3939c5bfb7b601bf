internal import Glibc
public import RTCCore

/// Which of this machine's addresses the system would send from; nothing is sent to find out.
public enum LocalRoute {
    /// Blocks while a name is resolved.
    ///
    /// - Returns: Without a port; `nil` where the host has no address, or no way leads there.
    public static func address(towards host: String, port: UInt16) -> SocketAddress? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0 else { return nil }
        defer { freeaddrinfo(found) }
        var next = found
        while let info = next {
            if let address = source(towards: info.pointee) { return address }
            next = info.pointee.ai_next
        }
        return nil
    }

    /// Towards the world outside: TEST-NET-1 stands for it, which is nobody's (RFC 5737).
    public static var outward: SocketAddress? { address(towards: "192.0.2.1", port: 9) }

    private static func source(towards destination: addrinfo) -> SocketAddress? {
        let descriptor = socket(destination.ai_family, destination.ai_socktype, 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard connect(descriptor, destination.ai_addr, destination.ai_addrlen) == 0 else { return nil }
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard getsockname(descriptor, address, &size) == 0 else { return nil }
                return SocketAddress(address, size: size, port: 0)
            }
        }
    }
}
