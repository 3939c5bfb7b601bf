import AccessCore
import NetworkImpairment
import RTCCore
import RoomCore
import SignalingProtocol

extension NativeFront {
    func send(_ text: String, on connection: UInt64) {
        counts.messagesSent += 1
        counts.bytesSent += text.utf8.count
        outputs.append(.send(connection: connection, text))
    }

    func send(_ frame: ServerFrame, on connection: UInt64) {
        send(frame.text, on: connection)
    }

    /// The one reply to a request, kept for when the request comes again.
    func answer(_ id: Int64, _ reply: Reply, in session: SessionKey) {
        if case .refused(let error) = reply { count(error) }
        let text = ServerFrame.reply(id: id, reply).text
        sessions[session]?.replies.keep(id, reply == .done ? nil : text)
        if let connection = sessions[session]?.connection { send(text, on: connection) }
    }

    /// Refuses what came before there was a session, or outside of its count.
    func refuse(_ id: Int64, _ error: RequestError, on connection: UInt64) {
        count(error)
        send(.reply(id: id, .refused(error)), on: connection)
    }

    func count(_ error: RequestError) {
        counts.errors[error.code, default: 0] += 1
    }

    func close(_ connection: UInt64, _ code: CloseCode, _ reason: String, now: Instant) {
        guard connections[connection] != nil else { return }
        counts.closes[code, default: 0] += 1
        outputs.append(.close(connection: connection, code: code.rawValue, reason: reason))
        forget(connection, endsSession: !code.allowsResume, as: .disconnected, now: now)
    }

    /// - Parameter reason: Why its participant leaves, where the session ends with it.
    func forget(_ connection: UInt64, endsSession: Bool, as reason: LeaveReason, now: Instant) {
        guard let state = connections.removeValue(forKey: connection), let session = state.session else { return }
        sessions[session]?.connection = nil
        sessions[session]?.lastHeardAt = state.lastHeardAt
        if endsSession {
            rooms.ended(session, reason)
        } else {
            rooms.disconnected(session, now: now)
        }
    }

    func checkSilence(of connection: UInt64, now: Instant) {
        guard let state = connections[connection] else { return }
        guard state.session != nil else {
            let limit = state.openedAt + configuration.timing.hello
            guard now >= limit else { return }
            close(connection, .helloTimeout, "no 'hello' within \(configuration.timing.hello.inSeconds) s", now: now)
            return
        }
        let limit = state.lastHeardAt + configuration.timing.idle
        guard now >= limit else {
            timers.push(connection, at: limit)
            return
        }
        close(connection, .idleTimeout, "silent for \(configuration.timing.idle.inSeconds) s", now: now)
    }

    /// Passes on what the rooms have to say.
    func drainRooms(now: Instant) {
        while let output = shared.next(for: .native) {
            switch output {
            case .reply(let session, let id, let reply):
                switch reply {
                case .done: answer(id, .done, in: session)
                case .joined(let snapshot): answer(id, admitted: snapshot.shown.json, in: session, now: now)
                case .waiting(let participant):
                    let told: JSONObject = ["status": "waiting", "participant": .string(participant)]
                    answer(id, admitted: told, in: session, now: now)
                case .said(let message, let milliseconds):
                    answer(id, .ok(["mid": .integer(message), "ts": .integer(milliseconds)]), in: session)
                case .history(let history): answer(id, .ok(history.json), in: session)
                case .refused(let error): answer(id, .refused(error), in: session)
                }
            case .event(let session, let seq, let rev, let event):
                let text = ServerFrame.event(event.frame, seq: seq, rev: rev).text
                sessions[session]?.replay.add(seq, text, limits: configuration.limits)
                if let connection = sessions[session]?.connection { send(text, on: connection) }
            case .volatile(let session, let event):
                if let connection = sessions[session]?.connection {
                    send(.event(event.frame, seq: nil, rev: nil), on: connection)
                }
            case .end(let session, let code, let reason):
                let connection = sessions[session]?.connection
                drop(session)
                if let connection { close(connection, code, reason, now: now) }
            case .over(let session):
                drop(session)
            }
        }
    }

    /// The reply to a join, with the token that the session may show from now on.
    private func answer(_ id: Int64, admitted told: JSONObject, in session: SessionKey, now: Instant) {
        var told = told
        shared.issuePass(for: session, now: now)?.add(to: &told)
        answer(id, .ok(told), in: session)
    }

    /// Nothing is left of a session but its name.
    private func drop(_ session: SessionKey) {
        guard let state = sessions.removeValue(forKey: session) else { return }
        sessionOfName[state.name] = nil
        endedSessions.append(state.name)
        if endedSessions.count > configuration.limits.rememberedSessions { endedSessions.removeFirst() }
    }
}
