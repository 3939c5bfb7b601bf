public import RTCCore

/// A transport address that may be reached, as signalled to the other side (RFC 8445 §5.1).
public struct IceCandidate: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        case host
        case serverReflexive = "srflx"
        case peerReflexive = "prflx"
        case relayed = "relay"

        /// From RFC 8445 §5.1.2.2.
        var typePreference: UInt32 {
            switch self {
            case .host: 126
            case .peerReflexive: 110
            case .serverReflexive: 100
            case .relayed: 0
            }
        }
    }

    /// Equal for candidates of one kind, base address and server; 1 to 32 characters.
    public var foundation: String
    /// Always 1: RTP and RTCP share one component here.
    public var component: Int
    public var priority: UInt32
    public var address: SocketAddress
    public var kind: Kind
    /// The base of a reflexive candidate; `nil` for host candidates.
    public var relatedAddress: SocketAddress?
    /// `nil` for UDP (RFC 6544 §4.5).
    public var tcpType: IceTCPType?
    /// The user fragment of the generation to which the candidate belongs (RFC 8840 §4.1), where it says so.
    public var ufrag: String?
    /// How a relayed candidate of ours reaches its server; not signalled.
    public var relayProtocol: TURNTransport?
    /// The server that a candidate of ours comes from; not signalled.
    public var url: String?

    public init(
        foundation: String, component: Int = 1, priority: UInt32, address: SocketAddress, kind: Kind,
        relatedAddress: SocketAddress? = nil, tcpType: IceTCPType? = nil, ufrag: String? = nil
    ) {
        self.foundation = foundation
        self.component = component
        self.priority = priority
        self.address = address
        self.kind = kind
        self.relatedAddress = relatedAddress
        self.tcpType = tcpType
        self.ufrag = ufrag
    }

    /// The recommended formula of RFC 8445 §5.1.2.1, for component 1.
    ///
    /// - Parameter localPreference: Higher for the addresses that this host likes better.
    public static func priority(of kind: Kind, localPreference: UInt16) -> UInt32 {
        kind.typePreference << 24 | UInt32(localPreference) << 8 | 255
    }

    /// The same over TCP (RFC 6544 §4.2): what leads over UDP is preferred to what does over TCP, as browsers have it, but for relays.
    ///
    /// - Parameter otherPreference: Higher for the addresses that this host likes better; 13 bits of it count.
    public static func priority(of kind: Kind, tcpType: IceTCPType, otherPreference: UInt16) -> UInt32 {
        let typePreference: UInt32 = kind == .relayed ? 0 : kind.typePreference - 36
        let direction: UInt16 =
            switch (tcpType, kind) {
            case (.active, .host), (.active, .relayed): 6
            case (.passive, .host), (.passive, .relayed), (.active, _): 4
            case (.simultaneousOpen, .serverReflexive), (.simultaneousOpen, .peerReflexive): 6
            case (.simultaneousOpen, _), (.passive, _): 2
            }
        return typePreference << 24 | UInt32(direction << 13 | otherPreference >> 3) << 8 | 255
    }
}
