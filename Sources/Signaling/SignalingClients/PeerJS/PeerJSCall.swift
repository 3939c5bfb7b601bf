import RTCCore
import SignalingProtocol

/// One media connection, from the first word about it.
struct PeerJSCall {
    let peer: String
    let connection: String
    /// Whether this client called.
    let isOwn: Bool
    /// As it was sent, to be sent again where nobody was there.
    var offer: JSONObject?
    var sentCandidates: [JSONObject] = []
    var isAnswered = false
    var attempts = 1
    var callAgainAt: Instant?
}
