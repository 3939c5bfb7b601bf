import AccessCore
import RTCCore
import RoomCore
import SignalingProtocol

extension NativeFront {
    func greet(_ hello: HelloRequest, id: Int64, on connection: UInt64, now: Instant) {
        guard hello.version ?? 1 == 1 else {
            let error = RequestError(.unsupportedVersion, "this server speaks version 1")
            refuse(id, error, on: connection)
            close(connection, .unsupportedVersion, error.message, now: now)
            return
        }
        switch shared.admit(hello.token ?? connections[connection]?.bearer, now: now) {
        case .failure(let refusal):
            let error = RequestError(refusal.code, refusal.message)
            refuse(id, error, on: connection)
            close(connection, .unauthenticated, error.message, now: now)
        case .success(let bearer):
            if let wish = hello.resume {
                resume(wish, bearer, id: id, on: connection, now: now)
            } else {
                begin(bearer, tab: hello.tab, id: id, on: connection, now: now)
            }
        }
    }

    /// A session goes on under its own token, or a newer one of the same identity.
    func refresh(_ token: String, id: Int64, in session: SessionKey, now: Instant) {
        switch shared.refresh(session, with: token, now: now) {
        case .failure(let refusal): answer(id, .refused(RequestError(refusal.code, refusal.message)), in: session)
        case .success(nil): answer(id, .done, in: session)
        case .success(let pass?):
            var told = JSONObject()
            pass.add(to: &told)
            answer(id, .ok(told), in: session)
        }
    }

    private func begin(_ bearer: Bearer, tab: String?, id: Int64, on connection: UInt64, now: Instant) {
        let state = connections[connection]
        let (key, name) = rooms.open(
            address: state?.isTrusted == true ? nil : state?.address, tab: tab, succeeding: state?.predecessor,
            grant: bearer.grant, until: bearer.until)
        let secret = makeSecret()
        sessions[key] = Session(
            name: name, identity: bearer.grant.identity, secret: secret, connection: connection, lastRequest: id, now: now)
        sessionOfName[name] = key
        attach(connection, to: key, now: now)
        send(.reply(id: id, .ok(welcome(name, secret: secret, epoch: 1, on: connection).json)), on: connection)
    }

    private func attach(_ connection: UInt64, to key: SessionKey, now: Instant) {
        connections[connection]?.session = key
        timers.push(connection, at: now + configuration.timing.idle)
    }

    private func welcome(
        _ name: String, secret: String, epoch: Int64, replay: Int64? = nil, on connection: UInt64
    ) -> Welcome {
        let grace = configuration.roomTiming.disconnectGrace.inNanoseconds / 1_000_000
        return Welcome(
            session: name, secret: grace > 0 ? secret : nil, epoch: epoch,
            pingMilliseconds: configuration.timing.ping.inNanoseconds / 1_000_000, resumeMilliseconds: grace, replay: replay,
            iceServers: (connections[connection]?.iceServers ?? []) + configuration.iceServers, limits: configuration.limits.frame
        )
    }

    /// 256 bits in hexadecimal.
    private func makeSecret() -> String {
        let digits = Array("0123456789abcdef".utf8)
        var bytes: [UInt8] = []
        for _ in 0..<4 {
            let bits = secretBits()
            for shift in stride(from: 60, through: 0, by: -4) {
                bytes.append(digits[Int(truncatingIfNeeded: bits >> UInt64(shift)) & 15])
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func resume(_ wish: ResumeRequest, _ bearer: Bearer, id: Int64, on connection: UInt64, now: Instant) {
        guard let key = sessionOfName[wish.session], let session = sessions[key] else {
            let isEnded = endedSessions.contains(wish.session)
            refuseResume(
                isEnded ? RequestError(.resumeExpired, "this session is over") : Self.unknownSession,
                isEnded ? .expired : .unknown, id: id, on: connection, now: now)
            return
        }
        guard session.accepts(wish.secret), session.identity == bearer.grant.identity else {
            refuseResume(Self.unknownSession, .unknown, id: id, on: connection, now: now)
            return
        }
        let heardAt = session.connection.map { connections[$0]?.lastHeardAt ?? now } ?? session.lastHeardAt
        if let older = session.connection {
            // The newer connection has the session; what the older one still sends is nobody's.
            connections[older]?.session = nil
            close(older, .replaced, "a newer connection goes on with this session", now: now)
        }
        guard let missed = session.replay.texts(after: wish.seq), let waiting = rooms.waiting(for: key, now: now) else {
            sessions[key]?.connection = nil
            rooms.disconnected(key, now: now)
            connections[connection]?.predecessor = key
            let error = RequestError(.resumeGap, "more was missed than is kept; say 'hello' without 'resume', then join")
            refuseResume(error, .gap, id: id, on: connection, now: now)
            return
        }
        let secret = makeSecret()
        sessions[key]?.spentSecret = session.secret.isEqualInConstantTime(to: wish.secret) ? session.secret : session.spentSecret
        sessions[key]?.secret = secret
        sessions[key]?.epoch += 1
        sessions[key]?.connection = connection
        sessions[key]?.replay.acknowledge(wish.seq)
        attach(connection, to: key, now: now)
        if let until = bearer.until { rooms.extend(key, until: until) }
        counts.resumes[.resumed, default: 0] += 1
        let replay = missed.count + waiting
        counts.replayedEvents += replay
        let answer = welcome(session.name, secret: secret, epoch: session.epoch + 1, replay: Int64(replay), on: connection)
        send(.reply(id: id, .ok(answer.json)), on: connection)
        for text in missed { send(text, on: connection) }
        rooms.resumed(key, now: now)
        drainRooms(now: now)
        let media: MediaHint = now - heardAt <= configuration.timing.consent ? .alive : .restartICE
        send(.event(.resumed(rev: rooms.revision(for: key), media: media), seq: nil, rev: nil), on: connection)
    }

    private static let unknownSession = RequestError(.resumeUnknown, "no such session, or not its secret")

    private func refuseResume(
        _ error: RequestError, _ outcome: ResumeOutcome, id: Int64, on connection: UInt64, now: Instant
    ) {
        counts.resumes[outcome, default: 0] += 1
        refuse(id, error, on: connection)
        let refused = (connections[connection]?.refusedResumes ?? 0) + 1
        connections[connection]?.refusedResumes = refused
        if refused >= configuration.limits.refusedResumes {
            close(connection, .protocolError, "\(refused) wishes to resume were refused", now: now)
        }
    }
}
