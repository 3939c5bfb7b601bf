internal import Measurement
internal import NetworkImpairment
internal import RTCCore
internal import RTCICE
internal import RTCPeer
internal import Scenario
internal import SignalingClients
internal import SignalingProtocol

/// How a bot gets back what it has lost.
///
/// Media is given time on the old pair first: ICE keeps asking there until consent expires (RFC 7675), and a short outage heals by
/// itself. After that come ICE restarts; when several have failed and nobody can be heard any more, the bot leaves the room and
/// joins it again. Signaling is reconnected on its own, and its session resumed, while media goes on. Each attempt waits as the
/// scenario's policy says; what shows that the local network is back makes the next wait a first one.
extension Bot {
    enum Recovery {
        /// How long an offer may wait for its answer.
        static let answerLimit = Duration.seconds(10)
        /// How long checks may take once the answer is there, besides a few round trips; they are repeated after 500 ms and 1.5 s.
        static let checksLimit = Duration.seconds(2)
        /// How long the way into the room and to the first keys may take.
        static let rejoinLimit = Duration.seconds(10)
        /// ICE restarts that fail in a row before the bot joins the room anew.
        static let restarts = 5
        /// Who hangs up usually says so in the room, too: so long the bot waits before it believes in a failure.
        static let hangUpPatience = Duration.seconds(2)
    }

    /// Does what is due of all series, and notices what is overdue.
    func recover(now: Instant) {
        guard isRecovering else { return }
        reopenSocketsIfDue(now: now)
        recoverSignaling(now: now)
        for connection in connections { recoverMedia(of: connection, now: now) }
        recoverRoom(now: now)
    }

    var attempts: [ReconnectAttempt] {
        let live = [signalingSeries, rejoinSeries].compactMap { $0?.attempts } + connections.compactMap { $0.series?.attempts }
        return (pastAttempts + live.joined()).sorted { ($0.startedAt, $0.number) < ($1.startedAt, $1.number) }
    }

    // MARK: - Signaling

    /// The connection to the server broke, or an attempt to make one failed.
    func loseSignaling(_ reason: String, now: Instant) {
        guard signalingSeries != nil, client.mayReconnect else {
            failure = failure ?? PhaseFailure(phase: .steady, reason: "signaling: \(reason)")
            return
        }
        if signalingSeries?.isTrying == true {
            failed(&signalingSeries, reason, atLeast: client.retryAfter, now: now)
        } else {
            signalingSeries?.lost(at: now, atLeast: client.retryAfter)
        }
        if signalingSeries?.isExhausted == true {
            failure = failure ?? PhaseFailure(phase: .steady, reason: "signaling: \(reason)")
        }
    }

    private func recoverSignaling(now: Instant) {
        if signalingSeries?.isOverdue(at: now) == true {
            requests.append(.closeSignaling(code: CloseCode.idleTimeout.rawValue, reason: "no answer"))
            loseSignaling("no answer within \(Self.firstContact)", now: now)
        }
        guard signalingSeries?.isDue(at: now) == true else { return }
        begin(&signalingSeries, .signaling, limit: Self.firstContact, now: now)
        requests.append(.openSignaling(url: client.url(context.signalingURL)))
    }

    /// The room can be heard again: what waited for that need not wait any longer.
    func signalingRecovered(now: Instant) {
        succeeded(&signalingSeries, now: now)
        for connection in connections {
            connection.series?.networkReturned(at: now)
            if connection.hasNewTracks { renegotiateIfNeeded(connection, now: now) }
        }
        rejoinSeries?.networkReturned(at: now)
    }

    /// Whether the server can be asked for something.
    var hearsTheRoom: Bool { client.state == .ready || client.state == .joined }

    // MARK: - Media

    /// No path of this connection works any more.
    func loseMedia(of connection: MeshConnection, now: Instant) {
        guard state == .inRoom else { return }
        if connection.series == nil, let policy = context.plan.reconnect {
            connection.series = ReconnectSeries(
                policy: policy, peer: connection.remoteName,
                seed: SplitMix64.derive(context.plan.seed, "restart.\(connection.token)"))
        }
        connection.series?.lost(at: now)
    }

    private func recoverMedia(of connection: MeshConnection, now: Instant) {
        if connection.series?.isOverdue(at: now) == true { failed(&connection.series, "no path was found in time", now: now) }
        guard connection.series?.isDue(at: now) == true else { return }
        // What keeps failing is not helped by another restart.
        if (connection.series?.failures ?? 0) > Recovery.restarts, hasLostEverybody { rejoinSeries?.lost(at: now) }
        guard mayRestart(connection) else { return }
        begin(&connection.series, .iceRestart, limit: Recovery.answerLimit, now: now)
        offer(on: connection, restartICE: true, now: now)
    }

    /// A restart needs a room to signal through, a socket, and a transport that is worth it; a call that the server hung up is made anew.
    private func mayRestart(_ connection: MeshConnection) -> Bool {
        hearsTheRoom && (connection.socket != nil && !connection.isTransportClosed || connection.isHungUp)
            && rejoinSeries?.isIdle ?? true
    }

    /// When ``recover(now:)`` next has something to do; `nil` while that depends on others.
    var recoveryDeadline: Instant? {
        var next = earliest(signalingSeries?.deadline, socketsReturnAt)
        next = earliest(next, doubtsUntil)
        if let series = rejoinSeries, series.isTrying || hearsTheRoom { next = earliest(next, series.deadline) }
        for connection in connections {
            guard let series = connection.series, series.isTrying || mayRestart(connection) else { continue }
            next = earliest(next, series.deadline)
        }
        return next
    }

    /// A path was nominated.
    func foundPath(of connection: MeshConnection, now: Instant) {
        guard let series = connection.series, !series.isIdle else { return }
        if series.isTrying {
            succeeded(&connection.series, now: now)
        } else {
            connection.series?.superseded(at: now)
        }
    }

    /// The answer is here: the rest is up to the checks.
    func checksBegan(of connection: MeshConnection, now: Instant) {
        let roundTrip = connection.peer.roundTripTime ?? .zero
        connection.series?.limit(to: Recovery.checksLimit + roundTrip * 3, at: now)
    }

    // MARK: - The room

    private var hasLostEverybody: Bool {
        !connections.isEmpty && connections.allSatisfy { $0.isTransportClosed || $0.peer.selectedPath == nil }
    }

    /// Somebody hung up, and nobody is left on the line.
    func doubtTheRoom(now: Instant) {
        if state == .inRoom, hasLostEverybody { doubtsUntil = doubtsUntil ?? now + Recovery.hangUpPatience }
    }

    private func recoverRoom(now: Instant) {
        if let until = doubtsUntil, until <= now {
            doubtsUntil = nil
            if hasLostEverybody { rejoinSeries?.lost(at: now) }
        }
        if rejoinSeries?.isOverdue(at: now) == true { failed(&rejoinSeries, "no call came about in time", now: now) }
        guard rejoinSeries?.isDue(at: now) == true, hearsTheRoom else { return }
        guard hasLostEverybody else {
            rejoinSeries?.superseded(at: now)
            return
        }
        begin(&rejoinSeries, .rejoin, limit: Recovery.rejoinLimit, now: now)
        hangUp(now: now)
        participantID = nil
        client.leave(now: now)
    }

    /// Closes every connection; the room is another matter.
    func hangUp(now: Instant) {
        for connection in connections {
            connection.close(kinds: kinds, now: now)
            retire(connection, now: now)
        }
        connections = []
    }

    // MARK: - The book

    func begin(_ series: inout ReconnectSeries?, _ kind: ReconnectAttempt.Kind, limit: Duration, now: Instant) {
        series?.begin(kind, limit: limit, at: now)
        log(.reconnecting, peer: series?.peer, detail: kind.rawValue, now: now)
    }

    func failed(_ series: inout ReconnectSeries?, _ reason: String, atLeast minimum: Duration? = nil, now: Instant) {
        let kind = series?.trying
        series?.failed(reason, at: now, atLeast: minimum)
        if let kind { log(.reconnectFailed, peer: series?.peer, detail: "\(kind.rawValue): \(reason)", now: now) }
        if series?.isExhausted == true { log(.gaveUp, peer: series?.peer, detail: kind?.rawValue, now: now) }
    }

    func succeeded(_ series: inout ReconnectSeries?, now: Instant) {
        guard let kind = series?.trying else {
            series?.superseded(at: now)
            return
        }
        series?.succeeded(at: now)
        log(.reconnected, peer: series?.peer, detail: kind.rawValue, now: now)
    }
}
