import NetworkImpairment
import RTCCore
import RTCCrypto
import RTCPeer
import RTCWire
import Synchronization

/// Two peers with a socket each that call each other over the loopback: the offerer sends sound and pictures, the answerer counts.
///
/// Their descriptions are exchanged as text, in memory.
final class Pair: HostedMachine {
    private final class End {
        let token: UInt64
        var peer: Peer
        var socket: SocketAddress?
        var isConnected = false
        var needsDrain = true

        init(token: UInt64, peer: consuming Peer) {
            self.token = token
            self.peer = peer
        }
    }

    private let tally: Tally
    private let media: Media
    private let offerer: End
    private let answerer: End
    private var requests: [HostRequest] = [.openSocket(token: 0), .openSocket(token: 1)]
    private var nextRequestIndex = 0
    private var lastTold: Instant
    private var nextTick: Instant?
    private var ticks: UInt32 = 0

    init(_ setup: PairSetup, tally: Tally, now: Instant) throws {
        self.tally = tally
        media = setup.media
        lastTold = now
        offerer = End(token: 0, peer: try Self.makePeer(setup, "offerer", .sendonly, now))
        answerer = End(token: 1, peer: try Self.makePeer(setup, "answerer", .recvonly, now))
    }

    private static func makePeer(_ setup: PairSetup, _ name: String, _ direction: SDPDirection, _ now: Instant) throws -> Peer {
        let certificate =
            try setup.sharedCertificate
            ?? Certificate.generate(unixSeconds: setup.wallClock.unixSeconds(at: now), entropy: .system)
        var peer = Peer(
            configuration: PeerConfiguration(
                seed: SplitMix64.derive(setup.seed, name), wallClock: setup.wallClock, dtls: setup.dtls,
                certificate: certificate, cname: name), now: now)
        guard name == "offerer" else { return peer }
        peer.addTransceiver(.audio, direction: direction, streamID: name, trackID: "audio")
        peer.addTransceiver(.video, direction: direction, streamID: name, trackID: "video")
        return peer
    }

    /// Sends from then on, a tick every 20 ms.
    func start(at first: Instant) {
        nextTick = first
    }

    func stop() {
        nextTick = nil
    }

    var socketAddresses: [SocketAddress] { [offerer, answerer].compactMap(\.socket) }

    var cipher: String { offerer.peer.statisticsSnapshot().transport.srtpCipher ?? "none" }

    // MARK: - HostedMachine

    var deadline: Instant? {
        earliest(nextTick, earliest(offerer.peer.deadline, answerer.peer.deadline))
    }

    func advance(to now: Instant) {
        lastTold = now
        advance(offerer, to: now)
        advance(answerer, to: now)
        while let due = nextTick, due <= now {
            sendTick(due: due, now: now)
            nextTick = due + .milliseconds(20)
        }
    }

    func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {
        lastTold = now
        let end = path.local == answerer.socket ? answerer : offerer
        datagram.withUnsafeMutableBytes { end.peer.receive($0, on: path, arrivedAt: arrivedAt, now: now) }
        afterChange(end)
    }

    func receive(_ input: HostInput, now: Instant) {
        lastTold = now
        switch input {
        case .socketOpened(let token, let local):
            let end = token == 0 ? offerer : answerer
            end.socket = local
            end.peer.addLocalAddress(local, now: now)
            if offerer.socket != nil, answerer.socket != nil { negotiate(now: now) }
        case .socketFailed(_, let reason):
            tally.fail("no socket: \(reason)")
        default:
            break
        }
    }

    func nextDatagrams(into batch: inout DatagramBatch) -> Drain {
        if case .full = nextDatagrams(of: offerer, into: &batch) { return .full }
        return nextDatagrams(of: answerer, into: &batch)
    }

    private func nextDatagrams(of end: End, into batch: inout DatagramBatch) -> Drain {
        guard end.needsDrain else { return .drained }
        if case .full = end.peer.nextDatagrams(into: &batch, now: lastTold) { return .full }
        end.needsDrain = false
        return .drained
    }

    func nextRequest() -> HostRequest? {
        guard nextRequestIndex < requests.count else { return nil }
        defer { nextRequestIndex += 1 }
        return requests[nextRequestIndex]
    }

    // MARK: - Life

    private func negotiate(now: Instant) {
        do {
            let offer = try offerer.peer.setLocalDescription(now: now).text
            try answerer.peer.setRemoteDescription(SessionDescription(parsing: offer), .offer, now: now)
            let answer = try answerer.peer.setLocalDescription(now: now).text
            try offerer.peer.setRemoteDescription(SessionDescription(parsing: answer), .answer, now: now)
        } catch {
            tally.fail("negotiation: \(error)")
        }
        for end in [offerer, answerer] {
            end.peer.endOfRemoteCandidates(now: now)
            afterChange(end)
        }
    }

    private func advance(_ end: End, to now: Instant) {
        guard let due = end.peer.deadline, due <= now else { return }
        end.peer.advance(to: now)
        afterChange(end)
    }

    private func afterChange(_ end: End) {
        end.needsDrain = true
        while let event = end.peer.nextEvent() {
            switch event {
            case .connected:
                end.isConnected = true
                if offerer.isConnected, answerer.isConnected { tally.connected.add(1, ordering: .relaxed) }
            case .transportClosed(let reason):
                tally.fail("transport closed: \(reason)")
            default:
                break
            }
        }
        guard end === answerer else { return }
        for index in 0..<end.peer.transceiverCount {
            while let frame = end.peer.nextFrame(on: index) {
                if frame.fingerprint == (index == 0 ? media.audioFingerprint : media.videoFingerprint) {
                    tally.received.add(UInt64(frame.packetCount), ordering: .relaxed)
                } else {
                    tally.damaged.add(1, ordering: .relaxed)
                }
            }
        }
    }

    /// One packet of sound and two frames of one packet each.
    private func sendTick(due: Instant, now: Instant) {
        ticks &+= 1
        tally.offered.add(3, ordering: .relaxed)
        send(media.audio, on: 0, at: due, mediaTime: ticks &* 960, level: 30, now: now)
        send(media.video, on: 1, at: due, mediaTime: ticks &* 1800, level: nil, now: now)
        send(media.video, on: 1, at: due, mediaTime: ticks &* 1800 &+ 900, level: nil, now: now)
        offerer.needsDrain = true
    }

    private func send(
        _ packet: OutgoingPacket, on transceiver: Int, at due: Instant, mediaTime: UInt32, level: UInt8?, now: Instant
    ) {
        let frame = OutgoingFrame(captureTime: due, mediaTime: mediaTime, isKey: false, audioLevel: level)
        if offerer.peer.send(frame, on: transceiver, packetCount: 1, now: now, packetAt: { _ in packet }) != nil {
            tally.sent.add(1, ordering: .relaxed)
        }
    }
}
