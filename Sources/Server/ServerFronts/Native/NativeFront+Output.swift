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
    func answer(_ id: Int64, _ reply: Reply, on connection: UInt64) {
        if case .refused(let error) = reply { count(error) }
        let text = ServerFrame.reply(id: id, reply).text
        connections[connection]?.replies.keep(id, reply == .done ? nil : text)
        send(text, on: connection)
    }

    func count(_ error: RequestError) {
        counts.errors[error.code, default: 0] += 1
    }

    func close(_ connection: UInt64, _ code: CloseCode, _ reason: String, now: Instant) {
        guard connections[connection] != nil else { return }
        counts.closes[code, default: 0] += 1
        outputs.append(.close(connection: connection, code: code.rawValue, reason: reason))
        forget(connection, now: now)
    }

    func forget(_ connection: UInt64, now: Instant) {
        guard let state = connections.removeValue(forKey: connection), let session = state.session else { return }
        connectionOfSession[session] = nil
        rooms.disconnected(session, now: now)
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
            timers.add(connection, at: limit)
            return
        }
        close(connection, .idleTimeout, "silent for \(configuration.timing.idle.inSeconds) s", now: now)
    }

    /// Passes on what the rooms have to say.
    func drainRooms(now: Instant) {
        while let output = rooms.nextOutput() {
            switch output {
            case .reply(let session, let id, let reply):
                guard let connection = connectionOfSession[session] else { continue }
                switch reply {
                case .done: answer(id, .done, on: connection)
                case .joined(let snapshot): answer(id, .ok(snapshot.json), on: connection)
                case .refused(let error): answer(id, .refused(error), on: connection)
                }
            case .event(let session, let seq, let rev, let event):
                guard let connection = connectionOfSession[session] else { continue }
                send(.event(event.frame, seq: seq, rev: rev), on: connection)
            case .end(let session, let code, let reason):
                guard let connection = connectionOfSession[session] else { continue }
                close(connection, code, reason, now: now)
            }
        }
    }
}

extension RoomEvent {
    var frame: Event {
        switch self {
        case .peerJoined(let peer): .peerJoined(peer)
        case .peerLeft(let participant, let reason): .peerLeft(participant: participant, reason: reason.rawValue)
        case .signal(let from, let signal):
            .signal(
                from: from, connection: signal.connection, epoch: signal.epoch, kind: signal.kind, body: .raw(signal.body))
        case .signalExpired(let to, let connection, let epoch, let kind):
            .signalExpired(to: to, connection: connection, epoch: epoch, kind: kind)
        }
    }
}
