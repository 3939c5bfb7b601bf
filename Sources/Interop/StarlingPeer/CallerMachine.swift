import MediaTracks
import NetworkImpairment
import RTCCore
import RTCCrypto
import RTCICE
import RTCPeer
import RTCWire
import SignalingProtocol

/// One peer with one socket, what it plays and the audit of what it receives.
final class CallerMachine: HostedMachine {
    var peer: Peer
    let audio: MediaTrack
    /// One picture, or the layers of a simulcast.
    let videos: [VideoSource]
    let output: LineOutput
    let audits: TrackAudits
    var random: SplitMix64
    var playbacks: [Playback] = []
    var socket: SocketAddress?
    /// Commands that came before the socket was open.
    var waitingCommands: [(line: String, network: HostReport)] = []
    /// Candidates that came before the description they belong to.
    var earlyCandidates: [(line: String, mid: String?)] = []
    var hasRemoteDescription = false
    private var requests: [HostRequest] = [.openSocket(token: 0)]
    private var names = MulticastNameResolver()
    /// Open while names are sought.
    private var nameSocket: SocketAddress?
    private var isNameSocketAsked = false
    private var needsDrain = true
    private var lastTold: Instant

    init(
        seed: UInt64, audio: MediaTrack, videos: [VideoSource], wallClock: WallClock, output: LineOutput, now: Instant
    ) throws(CryptoError) {
        self.audio = audio
        self.videos = videos
        self.output = output
        let audits = TrackAudits()
        self.audits = audits
        random = SplitMix64(seed: SplitMix64.derive(seed, "caller"))
        lastTold = now
        var configuration = PeerConfiguration(
            seed: seed, wallClock: wallClock, dtls: try DTLSContext(entropy: .system, clock: wallClock),
            certificate: try Certificate.generate(unixSeconds: wallClock.unixSeconds(at: now), entropy: .system),
            cname: "starling")
        if audio.isDiscontinuous { configuration.codecs = configuration.codecs.discontinuous }
        configuration.payloadReceived = { audits.receive($0) }
        peer = Peer(configuration: configuration, now: now)
    }

    // MARK: - HostedMachine

    var deadline: Instant? {
        playbacks.reduce(earliest(peer.deadline, names.deadline)) { earliest($0, $1.deadline) }
    }

    func advance(to now: Instant) {
        lastTold = now
        if let due = peer.deadline, due <= now { peer.advance(to: now) }
        names.advance(to: now)
        for index in playbacks.indices where playbacks[index].deadline <= now { playbacks[index].advance(to: now, peer: &peer) }
        afterChange(now: now)
    }

    func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {
        lastTold = now
        if path.local == nameSocket {
            names.receive(datagram.bytes, now: now)
            return afterChange(now: now)
        }
        datagram.withUnsafeMutableBytes { peer.receive($0, on: path, arrivedAt: arrivedAt, now: now) }
        afterChange(now: now)
    }

    func receive(_ bytes: inout MutableRawSpan, onStream stream: UInt64, now: Instant) {
        lastTold = now
        bytes.withUnsafeMutableBytes { peer.receive($0, onStream: stream, now: now) }
        afterChange(now: now)
    }

    func receive(_ input: HostInput, now: Instant) {
        lastTold = now
        switch input {
        case .socketOpened(Self.nameToken, let local):
            nameSocket = local
            names.socketOpened(local, now: now)
        case .socketFailed(Self.nameToken, _):
            isNameSocketAsked = false
            names.socketFailed()
        case .socketOpened(_, let local):
            socket = local
            peer.addLocalAddress(local, now: now)
            let waiting = waitingCommands
            waitingCommands = []
            for command in waiting { obey(command.line, network: command.network, now: now) }
        case .socketFailed(_, let reason):
            output.write(["event": "failed", "reason": .string(reason)])
        case .streamOpened(let token, _):
            peer.streamOpened(token, now: now)
        case .streamClosed(let token, let reason):
            peer.streamClosed(token, reason: reason, now: now)
        case .signalingOpened, .signalingReceived, .signalingClosed:
            break
        }
        afterChange(now: now)
    }

    func nextDatagrams(into batch: inout DatagramBatch) -> Drain {
        guard needsDrain else { return .drained }
        if case .full = names.nextDatagrams(into: &batch) { return .full }
        if case .full = peer.nextDatagrams(into: &batch, now: lastTold) { return .full }
        takeStreamRequests()
        needsDrain = false
        return .drained
    }

    func nextRequest() -> HostRequest? {
        requests.isEmpty ? nil : requests.removeFirst()
    }

    func request(_ request: HostRequest) {
        requests.append(request)
    }

    // MARK: - Life

    func afterChange(now: Instant) {
        lastTold = max(lastTold, now)
        needsDrain = true
        tellNames(now: now)
        while let event = peer.nextEvent() { tell(event, now: now) }
        takeStreamRequests()
        seekNames()
        for transceiver in 0..<peer.transceiverCount {
            while let frame = peer.nextFrame(on: transceiver) { audits.count(frame, on: transceiver) }
        }
    }

    private func takeStreamRequests() {
        while let request = peer.nextStreamRequest() {
            switch request {
            case .open(let token, let target): requests.append(.openStream(token: token, target))
            case .close(let token): requests.append(.closeStream(token: token))
            }
        }
    }

    // MARK: - Names in the place of addresses

    private static let nameToken: UInt64 = 1

    private func tellNames(now: Instant) {
        while let event = names.nextEvent() {
            switch event {
            case .resolved(let name, let address):
                output.write(["event": "name", "name": .string(name), "address": .string(address.host)])
                peer.nameResolved(name, to: address, now: now)
            case .failed(let name):
                output.write(["event": "name", "name": .string(name)])
                peer.nameResolved(name, to: nil, now: now)
            }
        }
    }

    /// A socket is open for as long as a name is sought.
    private func seekNames() {
        if names.wantsSocket, !isNameSocketAsked {
            isNameSocketAsked = true
            requests.append(.openMulticastSocket(token: Self.nameToken, group: MulticastDNS.group))
        } else if !names.wantsSocket, let nameSocket {
            requests.append(.closeSocket(local: nameSocket))
            names.socketClosed()
            self.nameSocket = nil
            isNameSocketAsked = false
        }
    }

    private func tell(_ event: PeerEvent, now: Instant) {
        switch event {
        case .nameWanted(let name):
            names.resolve(name, now: now)
            tellNames(now: now)
        case .iceStateChanged(let state):
            output.write(["event": "ice", "state": .string(state.rawValue)])
        case .selectedPathChanged(let path):
            output.write(["event": "path", "local": .string("\(path.local)"), "remote": .string("\(path.remote)")])
        case .localCandidate(let line):
            output.write(["event": "candidate", "candidate": .string(line)])
        case .connected:
            for index in playbacks.indices { playbacks[index].start(at: now) }
            output.write(["event": "connected"])
        case .transportClosed(let reason):
            output.write(["event": "closed", "reason": .string(reason)])
        case .trackAdded(let transceiver, let mid, let kind, _):
            audits.add(kind, on: transceiver)
            output.write([
                "event": "track", "kind": .string(kind.rawValue), "mid": .string(mid),
                "transceiver": .integer(Int64(transceiver)),
            ])
        case .trackRemoved(let transceiver, let mid):
            output.write(["event": "trackRemoved", "mid": .string(mid), "transceiver": .integer(Int64(transceiver))])
        case .keyFrameRequested(let transceiver, let layer):
            for index in playbacks.indices
            where playbacks[index].transceiver == transceiver && playbacks[index].layer == layer {
                playbacks[index].requestKeyFrame(at: now)
            }
        case .relayFailed, .gatheringFailed, .iceRestartNeeded:
            // It is given no TURN servers.
            break
        case .goodbye(let ssrc):
            output.write(["event": "goodbye", "ssrc": .integer(Int64(ssrc))])
        }
    }
}
