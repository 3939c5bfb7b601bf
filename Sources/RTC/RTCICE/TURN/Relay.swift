internal import RTCCore

/// One allocation that an agent has, or asks for, with the way to its server.
struct Relay {
    var client: TURNClient
    /// Its place among the agent's servers.
    let server: Int
    /// The socket from which the server is asked, or beside which the stream lies.
    let base: SocketAddress
    /// The stream's number; `nil` over UDP.
    let stream: UInt64?
    let frames: TURNFrames?
    /// How often a server has sent us on to another.
    let redirections: Int
    /// Whether the way to the server is open.
    var isLinked: Bool
    /// Its relayed address is one of our candidates.
    var isOffered = false
}

/// Which candidates an agent uses (W3C `RTCIceTransportPolicy`).
public enum IceTransportPolicy: String, Hashable, Sendable, CaseIterable {
    case all
    /// Only relayed ones: neither side learns of the other's own addresses.
    case relay
}
