import RTCCore
import RTCCrypto
import RTCICE
import RTCPeer
import RTCWire
import Testing

/// One end of a call.
final class Side {
    var peer: Peer
    var addresses: [SocketAddress]
    var events: [PeerEvent] = []
    var frames: [Int: [ReceivedFrame]] = [:]
    var flows: [Flow] = []
    var connectedAt: Instant?

    init(peer: consuming Peer, addresses: [SocketAddress]) {
        self.peer = peer
        self.addresses = addresses
    }

    var selectedPath: Path? { peer.selectedPath }
    var iceState: IceConnectionState { peer.iceState }
    var signalingState: SignalingState { peer.signalingState }
    var deadline: Instant? { peer.deadline }
    var ufrag: String { peer.ice.localCredentials.ufrag }
    var roleConflicts: UInt64 { peer.ice.counters.roleConflicts }
    var sourceCount: Int { peer.sources.count }
    var provenPathCount: Int { peer.provenPaths.count }
    var candidatePairCount: Int { peer.ice.candidatePairs.count }
    var remoteCandidateCount: Int { peer.ice.remoteCandidateCount }
    var isConnected: Bool { peer.isConnected }
    func prefersDiscontinuity(on transceiver: Int) -> Bool { peer.prefersDiscontinuity(on: transceiver) }
    var needsNegotiation: Bool { peer.needsNegotiation }
    func maySend(layer: Int) -> Bool { peer.maySend(on: video, layer: layer) }
    func layerCount(of transceiver: Int) -> Int { peer.receivedLayerCount(of: transceiver) }
    var waitingEvents: Int { peer.events.count }
    var transceivers: [Transceiver] { peer.transceivers }
    var inbound: RTPReceiveStatistics { peer.receiveStatistics(on: video) }
    var outbound: RTPSendStatistics { peer.sendStatistics(on: video) }
    var transport: TransportStatistics { peer.statisticsSnapshot().transport }
    func transceiver(ofPayloadType number: Int) -> Int? { peer.payloadTypes[number]?.transceiver }
    let audio = 0
    let video = 1

    var keyFrameRequests: Int { events.count { if case .keyFrameRequested = $0 { true } else { false } } }
    var closeReasons: [String] { events.compactMap { if case .transportClosed(let reason) = $0 { reason } else { nil } } }

    func intact(_ transceiver: Int) -> [FrameFingerprint] {
        (frames[transceiver] ?? []).filter { $0.outcome == .intact }.map(\.fingerprint)
    }

    func intact(_ transceiver: Int, rid: String) -> Int {
        (frames[transceiver] ?? []).count { frame in
            frame.outcome == .intact && peer.receivedRid(of: transceiver, layer: Int(frame.layer)) == rid
        }
    }
}

/// What one end is made of.
struct SideOptions {
    var profiles = SRTPProfile.preferred
    var backend = SRTPBackend.libcrypto
    var codecs = CodecPreferences.default
    var kinds: [MediaKind] = [.audio, .video]
    var direction = SDPDirection.sendrecv
    /// The layers of each video that is sent.
    var rids: [String] = []
}

/// Two peers, the network between them, and a clock that jumps from one deadline to the next.
final class Call {
    var now = Instant.seconds(1)
    var link: Link
    let sides: [Side]
    var left: Side { sides[0] }
    var right: Side { sides[1] }
    /// Everything that was sent, lost or not.
    var wire: [Datagram] = []
    var keepsWire = false
    private var batch = DatagramBatch(capacity: 8)

    static let codecsWithoutRTX = CodecPreferences(
        audio: CodecPreferences.default.audio, video: [CodecPreferences.default.video[0]])

    init(
        seed: UInt64 = 1, _ conditions: Conditions = Conditions(), left: SideOptions = SideOptions(),
        right: SideOptions = SideOptions()
    ) throws {
        link = Link(conditions, seed: seed)
        sides = [
            try Call.makeSide(0, left, seed: seed, now: .seconds(1)), try Call.makeSide(1, right, seed: seed, now: .seconds(1)),
        ]
    }

    static func makePeer(_ number: Int, _ options: SideOptions, seed: UInt64, now: Instant) throws -> Peer {
        let own = SplitMix64.derive(seed, "side.\(number)")
        var peer = Peer(
            configuration: PeerConfiguration(
                seed: own, wallClock: .simulation,
                dtls: try DTLSContext(profiles: options.profiles, entropy: .seeded(own), clock: .simulation),
                certificate: try Certificate.generate(
                    unixSeconds: WallClock.simulation.unixSeconds(at: now), entropy: .seeded(own)),
                cname: "side-\(number)", codecs: options.codecs, srtpBackend: options.backend), now: now)
        for kind in options.kinds {
            peer.addTransceiver(
                kind, direction: options.direction, streamID: "stream-\(number)", trackID: "track-\(kind)",
                rids: kind == .video ? options.rids : [])
        }
        return peer
    }

    private static func makeSide(_ number: Int, _ options: SideOptions, seed: UInt64, now: Instant) throws -> Side {
        var peer = try makePeer(number, options, seed: seed, now: now)
        let address = address(number, 0)
        peer.addLocalAddress(address, now: now)
        return Side(peer: peer, addresses: [address])
    }

    static func address(_ side: Int, _ number: Int) -> SocketAddress {
        SocketAddress(ipv4: 0x0A00_0001 + UInt32(side) << 8 + UInt32(number) << 16, port: 5000)
    }

    func addAddress(to side: Int, number: Int) {
        let address = Self.address(side, number)
        sides[side].addresses.append(address)
        sides[side].peer.addLocalAddress(address, now: now)
    }

    // MARK: - Signaling

    /// Offer and answer cross the signaling as text, which a test may change on its way.
    func negotiate(
        from side: Int = 0, restartICE: Bool = false, signalingDelay: Duration = .zero,
        offer changeOffer: (String) -> String = { $0 }, answer changeAnswer: (String) -> String = { $0 }
    ) throws {
        let offerer = sides[side]
        let answerer = sides[1 - side]
        let offer = try offerer.peer.setLocalDescription(restartICE: restartICE, now: now)
        try run(for: signalingDelay)
        try answerer.peer.setRemoteDescription(SessionDescription(parsing: changeOffer(offer.text)), .offer, now: now)
        let answer = try answerer.peer.setLocalDescription(now: now)
        try run(for: signalingDelay)
        try offerer.peer.setRemoteDescription(SessionDescription(parsing: changeAnswer(answer.text)), .answer, now: now)
        drain()
    }

    func connect() throws {
        try negotiate()
        try runUntilConnected()
    }

    func runUntilConnected(within limit: Duration = .seconds(30)) throws {
        let end = now + limit
        while left.connectedAt == nil || right.connectedAt == nil {
            guard now < end else {
                Issue.record("not connected: \(left.peer.iceState), \(right.peer.iceState)")
                return
            }
            try run(for: .milliseconds(5))
        }
    }

    // MARK: - Media

    func play(
        _ media: TestMedia, from side: Int, for duration: Duration, on transceiver: Int? = nil, layer: Int = 0, burst: Int? = nil
    ) {
        sides[side].flows.append(
            Flow(
                transceiver: transceiver ?? (media.kind == .audio ? 0 : 1), media: media, nextDue: now, end: now + duration,
                burst: burst, layer: layer))
    }

    func playBothWays(for duration: Duration) {
        for side in 0...1 {
            play(.audio, from: side, for: duration)
            play(.video, from: side, for: duration)
        }
    }

    // MARK: - Time

    func run(for duration: Duration) throws {
        try run(until: now + duration)
    }

    private struct HotDeadline: Error {}

    func run(until end: Instant) throws {
        var idleTurns = 0
        drain()
        while true {
            var next = link.nextDue
            for side in sides {
                next = earliest(next, side.peer.deadline)
                for flow in side.flows where flow.nextDue < flow.end { next = earliest(next, flow.nextDue) }
            }
            guard let next, next <= end else { break }
            let isStuck = next <= now
            now = max(now, next)
            var progress = deliver() + playDue()
            for side in sides where side.peer.deadline.map({ $0 <= now }) ?? false { side.peer.advance(to: now) }
            progress += drain()
            idleTurns = isStuck && progress == 0 ? idleTurns + 1 : 0
            if idleTurns > 3 {
                Issue.record("a deadline stays in the past and nothing comes of it")
                throw HotDeadline()
            }
        }
        now = max(now, end)
    }

    private func deliver() -> Int {
        var count = 0
        while let datagram = link.take(until: now) {
            guard let side = sides.first(where: { $0.addresses.contains(datagram.path.remote) }) else { continue }
            give(datagram.bytes, to: side, on: Path(local: datagram.path.remote, remote: datagram.path.local))
            count += 1
        }
        return count
    }

    /// Hands bytes to a peer as if they had come.
    func give(_ bytes: [UInt8], to side: Side, on path: Path) {
        var copy = bytes
        copy.withUnsafeMutableBytes { side.peer.receive($0, on: path, arrivedAt: now, now: now) }
    }

    private func playDue() -> Int {
        var count = 0
        for side in sides {
            for index in side.flows.indices {
                while side.flows[index].nextDue <= now, side.flows[index].nextDue < side.flows[index].end {
                    step(&side.flows[index], of: side)
                    count += 1
                }
            }
        }
        return count
    }

    private func step(_ flow: inout Flow, of side: Side) {
        let media = flow.media
        let index = flow.index
        let packets = flow.burst ?? media.packetCount(index)
        let sent = side.peer.send(
            OutgoingFrame(
                captureTime: flow.nextDue, mediaTime: UInt32(index) &* media.ticks, isKey: media.isKey(index),
                audioLevel: media.kind == .audio ? 30 : nil), on: flow.transceiver, layer: flow.layer,
            packetCount: packets, now: now
        ) { media.packet(index, $0 % 8) }
        if sent != nil { flow.sent.append(media.fingerprint(index)) } else { flow.withheld += 1 }
        flow.index += 1
        flow.nextDue += media.interval
    }

    @discardableResult
    func drain() -> Int {
        var count = 0
        for (number, side) in sides.enumerated() {
            while true {
                let drain = side.peer.nextDatagrams(into: &batch, now: now)
                for index in 0..<batch.count {
                    let datagram = Datagram(
                        from: number, path: batch[index].path, bytes: Array(batch.bytes(at: index)), sentAt: now)
                    if keepsWire { wire.append(datagram) }
                    link.offer(datagram)
                    count += 1
                }
                batch.removeAll()
                if case .drained = drain { break }
            }
            while let event = side.peer.nextEvent() {
                if event == .connected { side.connectedAt = now }
                side.events.append(event)
                count += 1
            }
            for transceiver in 0..<side.peer.transceiverCount {
                while let frame = side.peer.nextFrame(on: transceiver) { side.frames[transceiver, default: []].append(frame) }
            }
        }
        return count
    }
}

/// Reads what one side sends, with that side's own keys.
struct Eavesdropper: ~Copyable {
    private var receiver: SRTPReceiver
    private let map: RTPExtensionMap

    init(on side: Side) throws {
        let known = side.peer.dtls?.endpoint.srtpKeys
        let keys = try #require(known)
        receiver = try SRTPReceiver(profile: keys.profile, key: keys.localKey, salt: keys.localSalt)
        map = side.peer.extensionMap
    }

    mutating func rtp(_ datagram: Datagram) -> (header: RTPHeader, values: RTPExtensionValues, payload: [UInt8])? {
        var bytes = datagram.bytes
        return bytes.withUnsafeMutableBytes { buffer in
            guard let header = try? RTPHeader.parse(buffer.bytes),
                case .packet(let payload, _) = receiver.unprotect(
                    buffer, headerSize: header.headerSize, ssrc: header.ssrc, sequenceNumber: header.sequenceNumber)
            else { return nil }
            return (header, RTPExtensionValues.parse(buffer.bytes, header: header, map: map), Array(buffer[payload]))
        }
    }

    mutating func rtcp(_ datagram: Datagram) -> [RTCPPacket] {
        var bytes = datagram.bytes
        return bytes.withUnsafeMutableBytes { buffer in
            guard case .packet(let size) = receiver.unprotectRTCP(buffer) else { return [] }
            var packets: [RTCPPacket] = []
            RTCPCompound.parse(UnsafeRawBufferPointer(rebasing: buffer[..<size]).bytes) { packets.append($0) }
            return packets
        }
    }
}
