import AccessCore
import NIOCore
import NIOHTTP1
import RTCCore
import SignalingProtocol
import SocketIOSessions
import Store

#if canImport(Glibc)
    import Glibc
#endif

/// What is asked over HTTP: upgrades, the API, Engine.IO, and reports of calls.
extension ServerLoop {
    static func path(of head: HTTPRequestHead) -> String {
        String(head.uri.prefix { $0 != "?" && $0 != "#" })
    }

    func fields(of head: HTTPRequestHead, from channel: any Channel) -> Admission.Head {
        Admission.Head(
            host: head.headers["host"], origins: head.headers["origin"],
            subprotocols: head.headers[canonicalForm: "sec-websocket-protocol"].map { String($0) },
            authorization: head.headers.first(name: "authorization"),
            isLoopback: Self.address(of: channel)?.isLoopback ?? false)
    }

    func upgradeHeaders(for head: HTTPRequestHead, from channel: any Channel) -> HTTPHeaders? {
        let path = Self.path(of: head)
        let fields = fields(of: head, from: channel)
        guard head.method == .GET else { return nil }
        if path == "/ws" {
            return admission.refusesUpgrade(fields) == nil ? ["Sec-WebSocket-Protocol": Admission.subprotocol] : nil
        }
        guard admission.refusesOrigin(fields) == nil else { return nil }
        if isEngineIO(path) { return refusal(of: head, from: channel, isUpgrade: true) == nil ? HTTPHeaders() : nil }
        return peerJS.isPath(path) ? HTTPHeaders() : nil
    }

    func origin(of channel: any Channel) -> ClientOrigin {
        ClientOrigin(address: Self.address(of: channel), iceServers: stunServers(for: channel) + relays())
    }

    /// TURN servers with a user of the next client's own.
    func relays() -> [ICEServer] {
        guard let access = configuration.relays else { return [] }
        relayUsers += 1
        return [access.server(for: "c\(relayUsers)", unixSeconds: Int64(time(nil)))]
    }

    /// - Parameter body: `nil` where it is too large, or no text.
    func answer(_ head: HTTPRequestHead, body: String?, from channel: any Channel) -> APIResponse {
        let request = APIRequest(
            method: head.method.rawValue, path: Self.path(of: head), query: URLQuery(target: head.uri),
            bearer: Admission.bearer(head.headers.first(name: "authorization")), body: body)
        let response = api.answer(request, from: ClientOrigin(address: Self.address(of: channel)), now: now)
        pump()
        return response
    }

    // MARK: - Engine.IO

    func isEngineIO(_ path: String) -> Bool {
        path == engineIO.path || path + "/" == engineIO.path
    }

    static func request(_ head: HTTPRequestHead) -> EngineIORequest {
        EngineIORequest(
            method: head.method.rawValue, query: URLQuery(target: head.uri),
            contentType: head.headers.first(name: "content-type"),
            contentLength: head.headers.first(name: "content-length").flatMap { Int($0) })
    }

    func refusal(of head: HTTPRequestHead, from channel: any Channel, isUpgrade: Bool) -> EngineIORefusal? {
        engineIO.refusal(of: Self.request(head), from: origin(of: channel), isUpgrade: isUpgrade)
    }

    func begin(_ id: UInt64, _ head: HTTPRequestHead, on answers: HTTPAnswers, from channel: any Channel) {
        kept[ObjectIdentifier(answers)] = answers
        exchanges[id] = answers
        var origin = origin(of: channel)
        origin.bearer = Admission.bearer(head.headers.first(name: "authorization"))
        let request = Self.request(head)
        if let refusal = engineIO.refusal(of: request, from: origin, isUpgrade: false) {
            exchanges[id] = nil
            return answers.respond(.refused(refusal))
        }
        engineIO.begin(id, request, from: origin, now: now)
        pump()
    }

    /// - Parameter body: `nil` where it is too large, or no text.
    func received(_ body: String?, of id: UInt64) {
        timed { engineIO.received(body, of: id, now: $0) }
        pump()
    }

    func aborted(_ id: UInt64) {
        guard exchanges.removeValue(forKey: id) != nil else { return }
        engineIO.aborted(id, now: now)
        pump()
    }

    func gone(_ answers: HTTPAnswers) {
        kept[ObjectIdentifier(answers)] = nil
    }

    // MARK: - Reports of calls

    /// Whose calls a path is about: `/v1/stats/calls/{participant}`.
    static func participant(ofCallPath path: String) -> String? {
        let prefix = "/v1/stats/calls/"
        guard path.hasPrefix(prefix), path.utf8.count > prefix.utf8.count else { return nil }
        return String(path.dropFirst(prefix.count))
    }

    /// Who tells of a participant's calls is let in under the same identity, or is an administrator.
    func refusesCalls(of participant: String, bearer: String?) -> RequestError? {
        guard rooms.gate.asksForTokens else { return nil }
        switch rooms.examine(bearer, now: now) {
        case .failure(let refusal): return RequestError(refusal.code, refusal.message)
        case .success(let grant):
            guard !grant.isAdministrator, let identity = store?.chronicle.identity(of: participant), identity != grant.identity
            else { return nil }
            return RequestError(.forbidden, "the token is another identity's")
        }
    }

    /// Takes a report of calls; it is written down with what comes next.
    ///
    /// - Parameter body: `nil` where it is too large, or no text.
    /// - Returns: The status and the body of the answer.
    func calls(_ body: String?, of participant: String) -> (Int, JSONObject) {
        guard let store else { return (404, ["error": "not_found", "message": "this server keeps no store"]) }
        guard let body else {
            return (413, ["error": "too_large", "message": .string("the body is larger than \(maximumBody) bytes")])
        }
        do throws(FrameError) {
            let reports = try CallReport.parse(body)
            guard store.take(reports, of: participant) else {
                return (404, ["error": "no_such_peer", "message": "nobody here was ever called so"])
            }
            for report in reports { calls.add(report) }
            return (202, ["status": "accepted"])
        } catch {
            return (error.code.status, ["error": .string(error.code.rawValue), "message": .string(error.message)])
        }
    }
}
