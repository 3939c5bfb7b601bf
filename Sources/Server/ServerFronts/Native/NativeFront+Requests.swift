import NetworkImpairment
import RTCCore
import RoomCore
import SignalingProtocol

extension NativeFront {
    func handle(_ text: String, on connection: UInt64, now: Instant) {
        connections[connection]?.lastHeardAt = now
        if let session = connections[connection]?.session { sessions[session]?.spentSecret = nil }
        let frame: ClientFrame
        do throws(FrameError) {
            frame = try ClientFrame(text, limits: configuration.limits.frame)
        } catch {
            refuseFrame(error, on: connection, now: now)
            return
        }
        switch frame {
        case .acknowledgement(let seq):
            acknowledge(seq, on: connection)
            if exceedsRate(isSignal: false, on: connection, now: now) != nil { countAbuse(on: connection, now: now) }
        case .request(let id, let request, let seq):
            if case .unknown = request { newestRequest = "unknown" } else { newestRequest = request.type }
            if let seq { acknowledge(seq, on: connection) }
            handle(request, id: id, on: connection, now: now)
        }
    }

    private func acknowledge(_ seq: Int64, on connection: UInt64) {
        guard let session = connections[connection]?.session else { return }
        sessions[session]?.replay.acknowledge(seq)
    }

    private func refuseFrame(_ error: FrameError, on connection: UInt64, now: Instant) {
        guard let id = error.requestID else {
            guard error.code != .tooLarge else {
                close(connection, .tooBig, error.message, now: now)
                return
            }
            refuse(0, RequestError(error.code, error.message), on: connection)
            close(connection, .protocolError, error.message, now: now)
            return
        }
        guard let session = connections[connection]?.session else {
            close(connection, .protocolError, "the first request must be a valid 'hello'", now: now)
            return
        }
        guard isNew(id, in: session, on: connection) else { return }
        if let wait = exceedsRate(isSignal: false, on: connection, now: now) {
            refuseForRate(id, wait, in: session, on: connection, now: now)
            return
        }
        answer(id, .refused(RequestError(error.code, error.message)), in: session)
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
        guard isNew(id, in: session, on: connection) else { return }
        var isSignal = false
        if case .signal = request { isSignal = true }
        if let wait = exceedsRate(isSignal: isSignal, on: connection, now: now) {
            refuseForRate(id, wait, in: session, on: connection, now: now)
            return
        }
        switch request {
        case .hello:
            answer(id, .refused(RequestError(.conflict, "'hello' was said already")), in: session)
        case .ping:
            answer(id, .done, in: session)
        case .unknown(let type):
            answer(id, .refused(RequestError(.unknownType, "'\(type.prefix(64))' is not a type of request")), in: session)
        case .join(let join):
            if let wait = exceedsJoins(state, now: now) {
                answer(id, .refused(rateError("joins", wait)), in: session)
                return
            }
            rooms.perform(.join(join), id: id, for: session, now: now)
        case .refreshToken(let token):
            refresh(token, id: id, in: session, now: now)
        default:
            guard let command = request.command else { preconditionFailure("'\(request.type)' is nobody's to carry out.") }
            rooms.perform(command, id: id, for: session, now: now)
        }
    }

    /// Whether the request is to be carried out; one that was is answered as it was then.
    private func isNew(_ id: Int64, in session: SessionKey, on connection: UInt64) -> Bool {
        guard let state = sessions[session], id <= state.lastRequest else {
            sessions[session]?.lastRequest = id
            return true
        }
        let (found, text) = state.replies.text(of: id)
        if found {
            send(text ?? ServerFrame.reply(id: id, .done).text, on: connection)
        } else {
            refuse(id, RequestError(.conflict, "the request \(id) is not above \(state.lastRequest), the last"), on: connection)
        }
        return false
    }

    private func exceedsRate(isSignal: Bool, on connection: UInt64, now: Instant) -> Duration? {
        guard let state = connections[connection], !state.isTrusted else { return nil }
        return isSignal
            ? connections[connection]?.signals.take(configuration.limits.signals, now: now)
            : connections[connection]?.messages.take(configuration.limits.messages, now: now)
    }

    private func refuseForRate(
        _ id: Int64, _ wait: Duration, in session: SessionKey, on connection: UInt64, now: Instant
    ) {
        answer(id, .refused(rateError("messages", wait)), in: session)
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
        let identity = state.session.flatMap { sessions[$0]?.identity }
        return shared.joins.take(configuration.limits.joins, address: state.address, identity: identity, now: now)
    }
}
