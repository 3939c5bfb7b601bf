import RTCCore
import SocketIO
import SocketIOSessions

/// What speaks Engine.IO on a path of the server: a front, or the profile of a conformance suite.
protocol EngineIOHosting: AnyObject {
    var path: String { get }
    var sessionCount: Int { get }
    func refusal(of request: EngineIORequest, from origin: ClientOrigin, isUpgrade: Bool) -> EngineIORefusal?
    func begin(_ request: UInt64, _ head: EngineIORequest, from origin: ClientOrigin, now: Instant)
    func received(_ body: String?, of request: UInt64, now: Instant)
    func aborted(_ request: UInt64, now: Instant)
    func opened(_ socket: UInt64, query: URLQuery, from origin: ClientOrigin, now: Instant)
    func received(_ message: EngineIOMessage, on socket: UInt64, now: Instant)
    func closed(_ socket: UInt64, now: Instant)
    func overflowed(_ socket: UInt64, now: Instant)
    func drain(now: Instant)
    func advance(to now: Instant)
    /// Takes what the rooms have to say.
    func listen(now: Instant)
    var deadline: Instant? { get }
    func nextOutput() -> EngineIOOutput?
}
