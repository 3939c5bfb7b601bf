internal import Glibc
public import RTCCore

/// What the system's resolver knows of a host.
public enum HostName {
    /// Blocks while a name is resolved.
    ///
    /// - Returns: Its addresses in the order in which they should be tried (RFC 6724), each once; none for a name that nobody has.
    public static func addresses(of host: String, port: UInt16) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &found) == 0 else { return [] }
        defer { freeaddrinfo(found) }
        var addresses: [SocketAddress] = []
        var next = found
        while let info = next {
            if let address = SocketAddress(info.pointee.ai_addr, size: info.pointee.ai_addrlen, port: port),
                !addresses.contains(address)
            {
                addresses.append(address)
            }
            next = info.pointee.ai_next
        }
        return addresses
    }
}
