public import RTCCore
import SignalingProtocol

extension RoomClient {
    /// The STUN servers among ``iceServers`` that are named by an address (RFC 7064).
    public var stunServers: [SocketAddress] { iceServers.stunAddresses }
}
