import RTCCore
import SignalingProtocol

extension RoomClient {
    /// Takes the token of the session from an answer that has one.
    mutating func takePass(_ result: JSONObject, now: Instant) {
        guard let token = result["token"]?.stringValue, let milliseconds = result["token_ms"]?.integerValue else { return }
        pass = token
        // Early enough for another attempt, and not all bots at once.
        refreshAt = now + Self.duration(milliseconds: milliseconds) * (0.5 + 0.2 * random.unitInterval())
    }

    mutating func refresh(now: Instant) {
        refreshAt = nil
        guard let pass else { return }
        request(.refreshToken(pass), now: now)
    }

    /// A token was refused: a new one may do, and where there is none, the server says when it is over.
    mutating func refusedRefresh(of token: String, now: Instant) {
        guard token == pass, let next = makeToken?(now) else { return }
        request(.refreshToken(next), now: now)
    }
}
