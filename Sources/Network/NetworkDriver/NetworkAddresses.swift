internal import CStarlingSocket
public import RTCCore

/// What this machine calls itself.
public enum NetworkAddresses {
    /// The address from which datagrams to another one leave, without a port; `nil` where there is no way.
    public static func local(towards remote: SocketAddress) -> SocketAddress? {
        var remote = remote.forSystem
        if remote.port == 0 { remote.port = 9 }
        var local = starling_address()
        guard starling_local_address(&remote, &local) == 0 else { return nil }
        var address = SocketAddress(local)
        address.port = 0
        return address
    }
}
