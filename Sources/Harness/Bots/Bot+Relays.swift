internal import Measurement
internal import NetworkImpairment
public import RTCCore
internal import RTCICE
internal import RTCPeer
internal import Scenario
internal import SignalingClients
internal import SignalingProtocol

/// The TURN servers of a bot: which, the streams that lead there, and what is done when one fails.
///
/// A connection's streams are numbered from its token on, so that what comes on one finds its connection.
extension Bot {
    private static let tokenBits: UInt64 = 32

    static func firstStream(of token: UInt64) -> UInt64 { token << tokenBits }

    /// The scenario's servers, or those that the server under test hands out.
    var iceServers: IceServerSet {
        if let servers = context.iceServers { return servers }
        var servers = IceServerSet()
        servers.stun = client.stunServers
        for server in client.iceServers {
            servers.add(urls: server.urls, username: server.username, credential: server.credential)
        }
        return servers
    }

    public func receive(_ bytes: inout MutableRawSpan, onStream stream: UInt64, now: Instant) {
        lastTold = now
        guard let connection = connection(ofStream: stream) else { return }
        bytes.withUnsafeMutableBytes { connection.peer.receive($0, onStream: stream, now: now) }
        drain(connection, now: now)
    }

    func streamOpened(_ stream: UInt64, now: Instant) {
        guard let connection = connection(ofStream: stream) else {
            requests.append(.closeStream(token: stream))
            return
        }
        connection.peer.streamOpened(stream, now: now)
        drain(connection, now: now)
    }

    func streamClosed(_ stream: UInt64, reason: String, now: Instant) {
        guard let connection = connection(ofStream: stream) else { return }
        connection.peer.streamClosed(stream, reason: reason, now: now)
        drain(connection, now: now)
    }

    /// Whether no way can be found for want of a relay; the bot has then failed.
    func lacksRelay(now: Instant) -> Bool {
        guard context.plan.transportPolicy == .relay, iceServers.turn.isEmpty else { return false }
        gatheringFailed([], now: now)
        return state == .gone
    }

    private func connection(ofStream stream: UInt64) -> MeshConnection? {
        connections.first { $0.token == stream >> Self.tokenBits }
    }

    /// Hands on what a connection wants done with its streams.
    func takeStreamRequests(of connection: MeshConnection) {
        while let request = connection.peer.nextStreamRequest() {
            switch request {
            case .open(let token, let target): requests.append(.openStream(token: token, target))
            case .close(let token): requests.append(.closeStream(token: token))
            }
        }
    }

    func relayFailed(_ failure: TURNFailure, of connection: MeshConnection, now: Instant) {
        guard state == .inRoom || state == .draining else { return }
        log(.relayFailed, peer: connection.remoteName, detail: failure.description, now: now)
    }

    /// Without a relay there is no way, and nobody to wait for.
    func gatheringFailed(_ failures: [TURNFailure], now: Instant) {
        guard state == .inRoom else { return }
        let reason = failures.isEmpty ? "no TURN server is known" : failures.map(\.description).joined(separator: "; ")
        guard joins == 0, !connections.contains(where: { $0.connectedAt != nil }) else {
            log(.negotiationFailed, detail: "gather: \(reason)", now: now)
            return
        }
        fail(.gather, reason, now: now)
    }

    /// The path lies elsewhere now; who has a policy of coming back does that anyway.
    func restartICE(of connection: MeshConnection, reason: String, now: Instant) {
        guard state == .inRoom else { return }
        log(.relayReplaced, peer: connection.remoteName, detail: reason, now: now)
        guard hearsTheRoom, connection.socket != nil, !connection.isTransportClosed, connection.series?.isTrying != true else {
            return
        }
        offer(on: connection, restartICE: true, now: now)
    }
}
