import RTCCore
import RTCICE

/// An agent, a responder that listens on TCP and UDP, and what lies between: connections, bytes in order, datagrams.
struct StreamLink: ~Copyable {
    private enum Event {
        case opened(UInt64)
        case toFar(UInt64, [UInt8])
        case toAgent(UInt64, [UInt8])
        case datagramToFar(Path, [UInt8])
        case datagramToAgent(Path, [UInt8])
    }

    var agent: IceAgent
    let far: LiteResponder
    var now = Instant.seconds(1)
    var delay: Duration = .milliseconds(20)
    /// What becomes of connections that are begun.
    var accepts = true
    /// Whether what is sent over them is answered.
    var answers = true
    var blocksUDP = false
    /// As the far side sees it.
    var source = SocketAddress.a
    /// Where bytes are cut, as TCP may.
    var chunk = 7
    private(set) var opened: [(token: UInt64, remote: SocketAddress, at: Instant)] = []
    private(set) var closed: [UInt64] = []
    private(set) var events: [IceEvent] = []
    private(set) var open: [UInt64: StreamFrames] = [:]
    private var flying: [(at: Instant, event: Event)] = []
    private var batch = DatagramBatch(capacity: 8)

    init(_ agent: consuming IceAgent, _ far: LiteResponder) {
        self.agent = agent
        self.far = far
    }

    /// An agent that has the far side's passive candidates.
    static func make(
        passive: [SocketAddress] = [.b], udp: [SocketAddress] = [], role: IceRole = .controlling
    ) -> StreamLink {
        let far = LiteResponder(udp, credentials: IceCredentials(ufrag: "far", password: "the-password-of-the-far-one"))
        var agent = IceAgent(role: role, seed: 3, at: .seconds(1))
        agent.allowTCP(streams: 100)
        _ = agent.addHostCandidate(base: .a, now: .seconds(1))
        var link = StreamLink(agent, far)
        link.agent.setRemoteCredentials(far.credentials, now: link.now)
        for candidate in far.candidates { link.agent.addRemoteCandidate(candidate, now: link.now) }
        for address in passive { link.agent.addRemoteCandidate(.passive(address), now: link.now) }
        link.drain()
        return link
    }

    mutating func drain() {
        var isFull = true
        while isFull {
            if case .drained = agent.nextDatagrams(into: &batch) { isFull = false }
            for index in 0..<batch.count {
                let bytes = Array(batch.bytes(at: index))
                if let stream = batch[index].stream {
                    flying.append((now + delay, .toFar(stream, bytes)))
                } else {
                    flying.append((now + delay, .datagramToFar(batch[index].path, bytes)))
                }
            }
            batch.removeAll()
        }
        while let request = agent.nextStreamRequest() {
            switch request {
            case .open(let token, let target):
                opened.append((token, target.remote, now))
                flying.append((now + delay * 2, .opened(token)))
            case .close(let token):
                closed.append(token)
                open[token] = nil
            }
        }
        while let event = agent.nextEvent() { events.append(event) }
    }

    /// The far side closes a connection.
    mutating func close(_ token: UInt64) {
        open[token] = nil
        agent.streamClosed(token, reason: "closed", now: now)
        drain()
    }

    mutating func run(until end: Double) {
        while true {
            let next = earliest(agent.deadline, flying.map(\.at).min())
            guard let next, next <= .seconds(end) else { break }
            now = max(now, next)
            agent.advance(to: now)
            while let index = flying.firstIndex(where: { $0.at <= now }) { arrive(flying.remove(at: index).event) }
            drain()
        }
        now = .seconds(end)
    }

    private mutating func arrive(_ event: Event) {
        switch event {
        case .opened(let token):
            guard !closed.contains(token) else { return }
            guard accepts else { return agent.streamClosed(token, reason: "refused", now: now) }
            open[token] = StreamFrames()
            agent.streamOpened(token, now: now)
        case .toFar(let token, let bytes):
            guard let frames = open[token], let remote = opened.first(where: { $0.token == token })?.remote else { return }
            _ = bytes.withUnsafeBytes { frames.put($0) }
            var from = source
            from.port = 40_000 + UInt16(token)
            while let frame = frames.next() {
                guard answers, let answer = far.answer(Array(frame), on: Path(local: remote, remote: from)) else { continue }
                let framed = [UInt8(answer.count >> 8), UInt8(answer.count & 255)] + answer
                flying.append((now + delay, .toAgent(token, framed)))
            }
        case .toAgent(let token, let bytes):
            guard open[token] != nil else { return }
            for start in stride(from: 0, to: bytes.count, by: chunk) {
                bytes[start..<min(start + chunk, bytes.count)].withUnsafeBytes { put($0, token) }
            }
        case .datagramToFar(let path, let bytes):
            let reply = Path(local: path.remote, remote: path.local)
            guard !blocksUDP, let answer = far.answer(bytes, on: reply) else { return }
            flying.append((now + delay, .datagramToAgent(path, answer)))
        case .datagramToAgent(let path, let bytes):
            bytes.withUnsafeBytes { agent.receive($0.bytes, on: path, now: now) }
        }
    }

    private mutating func put(_ bytes: UnsafeRawBufferPointer, _ token: UInt64) {
        _ = agent.put(bytes, onStream: token)
        while let (datagram, path) = agent.nextDatagram(onStream: token, now: now) {
            agent.receive(UnsafeRawBufferPointer(datagram).bytes, on: path, now: now)
        }
    }
}

extension IceCandidate {
    static func passive(_ address: SocketAddress) -> IceCandidate {
        IceCandidate(
            foundation: "tcp", priority: IceCandidate.priority(of: .host, tcpType: .passive, otherPreference: 8191),
            address: address,
            kind: .host, tcpType: .passive)
    }
}
