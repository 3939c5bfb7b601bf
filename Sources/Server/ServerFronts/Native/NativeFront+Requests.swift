import NetworkImpairment
import RTCCore
import RoomCore
import SignalingProtocol

extension NativeFront {
    func handle(_ text: String, on connection: UInt64, now: Instant) {
        connections[connection]?.lastHeardAt = now
        let frame: ClientFrame
        do throws(FrameError) {
            frame = try ClientFrame(text, limits: configuration.limits.frame)
        } catch {
            refuseFrame(error, on: connection, now: now)
            return
        }
        switch frame {
        case .acknowledgement:
            if exceedsRate(isSignal: false, on: connection, now: now) != nil { countAbuse(on: connection, now: now) }
        case .request(let id, let request, _):
            handle(request, id: id, on: connection, now: now)
        }
    }

    private func refuseFrame(_ error: FrameError, on connection: UInt64, now: Instant) {
        guard let id = error.requestID else {
            guard error.code != .tooLarge else {
                close(connection, .tooBig, error.message, now: now)
                return
            }
            answer(0, .refused(RequestError(error.code, error.message)), on: connection)
            close(connection, .protocolError, error.message, now: now)
            return
        }
        guard connections[connection]?.session != nil else {
            close(connection, .protocolError, "the first request must be a valid 'hello'", now: now)
            return
        }
        guard isNew(id, on: connection) else { return }
        if let wait = exceedsRate(isSignal: false, on: connection, now: now) {
            refuseForRate(id, wait, on: connection, now: now)
            return
        }
        answer(id, .refused(RequestError(error.code, error.message)), on: connection)
    }

    private func handle(_ request: Request, id: Int64, on connection: UInt64, now: Instant) {
        guard let state = connections[connection] else { return }
        if case .hello(let hello) = request, state.session == nil {
            greet(hello, id: id, on: connection, now: now)
            return
        }
        guard let session = state.session else {
            close(connection, .protocolError, "the first request must be 'hello'", now: now)
            return
        }
        guard isNew(id, on: connection) else { return }
        var isSignal = false
        if case .signal = request { isSignal = true }
        if let wait = exceedsRate(isSignal: isSignal, on: connection, now: now) {
            refuseForRate(id, wait, on: connection, now: now)
            return
        }
        switch request {
        case .hello:
            answer(id, .refused(RequestError(.conflict, "'hello' was said already")), on: connection)
        case .ping:
            answer(id, .done, on: connection)
        case .unknown(let type):
            answer(id, .refused(RequestError(.unknownType, "'\(type.prefix(64))' is not a type of request")), on: connection)
        case .join(let join):
            if let wait = exceedsJoins(state, now: now) {
                answer(id, .refused(rateError("joins", wait)), on: connection)
                return
            }
            rooms.perform(.join(join), id: id, for: session, now: now)
        case .ready:
            rooms.perform(.ready, id: id, for: session, now: now)
        case .signal(let signal):
            rooms.perform(.signal(signal), id: id, for: session, now: now)
        case .leave:
            rooms.perform(.leave, id: id, for: session, now: now)
        }
    }

    private func greet(_ hello: HelloRequest, id: Int64, on connection: UInt64, now: Instant) {
        guard hello.version ?? 1 == 1 else {
            let error = RequestError(.unsupportedVersion, "this server speaks version 1")
            answer(id, .refused(error), on: connection)
            close(connection, .unsupportedVersion, error.message, now: now)
            return
        }
        var identity: String?
        if configuration.accessTokens.isEmpty {
            identity = hello.token
        } else {
            var bearer: AccessToken?
            for known in configuration.accessTokens where known.matches(hello.token ?? "") { bearer = known }
            guard let bearer else {
                let error = RequestError(.unauthenticated, "'token' is missing or not known")
                answer(id, .refused(error), on: connection)
                close(connection, .unauthenticated, error.message, now: now)
                return
            }
            identity = bearer.identity
        }
        let (key, name) = rooms.open(identity: identity)
        connections[connection]?.session = key
        connections[connection]?.identity = identity
        connections[connection]?.lastRequest = id
        connectionOfSession[key] = connection
        let welcome = Welcome(
            session: name, pingMilliseconds: configuration.timing.ping.inNanoseconds / 1_000_000,
            iceServers: configuration.iceServers, limits: configuration.limits.frame)
        answer(id, .ok(welcome.json), on: connection)
        timers.add(connection, at: now + configuration.timing.idle)
    }

    /// Whether the request is to be carried out; one that was is answered as it was then.
    private func isNew(_ id: Int64, on connection: UInt64) -> Bool {
        guard let state = connections[connection], id <= state.lastRequest else {
            connections[connection]?.lastRequest = id
            return true
        }
        let (found, text) = state.replies.text(of: id)
        if found {
            send(text ?? ServerFrame.reply(id: id, .done).text, on: connection)
        } else {
            let error = RequestError(.conflict, "the request \(id) is not above \(state.lastRequest), the last")
            count(error)
            send(.reply(id: id, .refused(error)), on: connection)
        }
        return false
    }

    private func exceedsRate(isSignal: Bool, on connection: UInt64, now: Instant) -> Duration? {
        guard let state = connections[connection], !state.isTrusted else { return nil }
        return isSignal
            ? connections[connection]?.signals.take(configuration.limits.signals, now: now)
            : connections[connection]?.messages.take(configuration.limits.messages, now: now)
    }

    private func refuseForRate(_ id: Int64, _ wait: Duration, on connection: UInt64, now: Instant) {
        answer(id, .refused(rateError("messages", wait)), on: connection)
        countAbuse(on: connection, now: now)
    }

    private func countAbuse(on connection: UInt64, now: Instant) {
        guard connections[connection]?.abuse.take(configuration.limits.abuse, now: now) != nil else { return }
        close(connection, .rateLimited, "messages went on above their rate", now: now)
    }

    private func rateError(_ what: String, _ wait: Duration) -> RequestError {
        RequestError(.rateLimited, "too many \(what)", retryMilliseconds: wait.inNanoseconds / 1_000_000 + 1)
    }

    private func exceedsJoins(_ state: Connection, now: Instant) -> Duration? {
        guard !state.isTrusted else { return nil }
        let limit = configuration.limits.joins
        if joinRates.count >= 10_000 { joinRates = joinRates.filter { !$0.value.isFull(limit, now: now) } }
        let origin = JoinOrigin(address: state.address, identity: state.identity ?? "")
        return joinRates[origin, default: TokenBucket(limit, at: now)].take(limit, now: now)
    }
}
