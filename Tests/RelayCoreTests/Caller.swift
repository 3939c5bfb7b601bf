import NetworkImpairment
import NetworkSimulation
import RTCCore
import RTCICE

/// Passes on what one caller says to the other, from the beginning for who comes later.
final class Switchboard: SignalingService {
    private var said: [(from: UInt64, text: String)] = []
    private var open: [UInt64] = []
    private var outputs: [SignalingOutput] = []

    func opened(_ connection: UInt64, url: String, now: Instant) {
        for (from, text) in said where from != connection { outputs.append(.send(connection: connection, text)) }
        open.append(connection)
    }

    func received(_ text: String, on connection: UInt64, now: Instant) {
        said.append((connection, text))
        for other in open where other != connection { outputs.append(.send(connection: other, text)) }
    }

    func closed(_ connection: UInt64, code: UInt16?, now: Instant) {}

    var deadline: Instant? { nil }

    func advance(to now: Instant) {}

    func nextOutput() -> SignalingOutput? { outputs.isEmpty ? nil : outputs.removeFirst() }
}

/// An agent with a socket that signals its candidates, sends a numbered datagram every 20 ms, and writes down what comes.
final class Caller: HostedMachine {
    var agent: IceAgent
    private var requests: [HostRequest] = [.openSocket(token: 0)]
    private var base: SocketAddress?
    private var isSignaling = false
    private var waiting: [String] = []
    private var sendAt: Instant?
    private var number: UInt32 = 0
    private var now = Instant.origin
    /// When each datagram of the other side came, and its number.
    private(set) var arrivals: [(at: Instant, number: UInt32)] = []
    /// Datagrams that came out of the relay, of whatever kind, and their bytes.
    private(set) var taken = (packets: 0, bytes: 0)
    private(set) var paths: [Path] = []
    private(set) var events: [IceEvent] = []
    let hangsUpAt: Instant?
    /// When nothing goes in or out for eight seconds.
    var darkAt: Instant?
    private var isClosing = false

    init(
        _ role: IceRole, seed: UInt64, servers: [TURNServer], policy: IceTransportPolicy = .relay, hangsUpAt: Instant? = nil
    ) {
        agent = IceAgent(role: role, seed: seed, at: .origin)
        agent.relay(through: servers, policy: policy, streams: 100, now: .origin)
        self.hangsUpAt = hangsUpAt
    }

    var deadline: Instant? {
        guard !isClosing else { return nil }
        return earliest(earliest(agent.deadline, sendAt), earliest(hangsUpAt, darkAt))
    }

    func advance(to now: Instant) {
        self.now = now
        if let hangsUpAt, now >= hangsUpAt {
            isClosing = true
            agent.releaseRelays(now: now)
            return
        }
        if let dark = darkAt, now >= dark {
            darkAt = nil
            requests.append(.blackout(.seconds(8), .media))
        }
        agent.advance(to: now)
        afterChange()
    }

    func receive(_ input: HostInput, now: Instant) {
        self.now = now
        switch input {
        case .socketOpened(_, let local):
            base = local
            requests.append(.openSignaling(url: "ws://switchboard"))
            let candidate = agent.addHostCandidate(base: local, now: now)
            say("cred \(agent.localCredentials.ufrag) \(agent.localCredentials.password)")
            if agent.transportPolicy == .all { say(candidate.sdpValue) }
        case .signalingOpened:
            isSignaling = true
            for text in waiting { requests.append(.sendSignaling(text)) }
            waiting = []
        case .signalingReceived(let text): hear(text)
        case .streamOpened(let token, _): agent.streamOpened(token, now: now)
        case .streamClosed(let token, let reason): agent.streamClosed(token, reason: reason, now: now)
        default: break
        }
        afterChange()
    }

    private func say(_ text: String) {
        if isSignaling { requests.append(.sendSignaling(text)) } else { waiting.append(text) }
    }

    private func hear(_ text: String) {
        let words = text.split(separator: " ").map(String.init)
        if words.first == "cred" {
            agent.setRemoteCredentials(IceCredentials(ufrag: words[1], password: words[2]), now: now)
        } else if let candidate = try? IceCandidate(parsing: text) {
            agent.addRemoteCandidate(candidate, now: now)
        }
    }

    func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {
        self.now = now
        datagram.withUnsafeMutableBytes { bytes in
            switch agent.unwrap(bytes, on: path, now: now) {
            case .direct: take(UnsafeRawBufferPointer(bytes), on: path)
            case .consumed: break
            case .relayed(let path, let range): take(UnsafeRawBufferPointer(rebasing: bytes[range]), on: path)
            }
        }
        afterChange()
    }

    func receive(_ bytes: inout MutableRawSpan, onStream stream: UInt64, now: Instant) {
        self.now = now
        bytes.withUnsafeMutableBytes { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let taken = agent.put(rest, onStream: stream)
                rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
                while let (datagram, path) = agent.nextDatagram(onStream: stream, now: now) {
                    take(UnsafeRawBufferPointer(datagram), on: path)
                }
                guard taken > 0 else { return }
            }
        }
        afterChange()
    }

    private func take(_ bytes: UnsafeRawBufferPointer, on path: Path) {
        taken.packets += 1
        taken.bytes += bytes.count
        guard bytes[0] == 0x80 else { return agent.receive(bytes.bytes, on: path, now: now) }
        arrivals.append((now, bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
        agent.noteInboundTraffic(on: path, at: now)
    }

    private func afterChange() {
        while let request = agent.nextStreamRequest() {
            switch request {
            case .open(let token, let target): requests.append(.openStream(token: token, target))
            case .close(let token): requests.append(.closeStream(token: token))
            }
        }
        while let event = agent.nextEvent() {
            events.append(event)
            switch event {
            case .candidateGathered(let candidate): say(candidate.sdpValue)
            case .selectedPathChanged(let path):
                paths.append(path)
                sendAt = sendAt ?? now
            case .relayReplaced:
                agent.restart(now: now)
                say("cred \(agent.localCredentials.ufrag) \(agent.localCredentials.password)")
                for candidate in agent.localCandidates { say(candidate.sdpValue) }
            default: break
            }
        }
    }

    func nextDatagrams(into batch: inout DatagramBatch) -> Drain {
        if case .full = agent.nextDatagrams(into: &batch) { return .full }
        if isClosing {
            agent.dropRelays()
            afterChange()
            return .drained
        }
        while let due = sendAt, due <= now {
            guard !batch.isFull else { return .full }
            sendAt = due + .milliseconds(20)
            number += 1
            guard let path = agent.selectedPath else { continue }
            var route = agent.route(of: path)
            // Of every size, so that padding is needed.
            let size = 40 + Int(number % 7)
            batch.append(along: &route) { slot in
                for index in 0..<size { slot[index] = 0x80 }
                slot.storeBytes(of: number, toByteOffset: 4, as: UInt32.self)
                return size
            }
            agent.noteSent(route)
        }
        return .drained
    }

    func nextRequest() -> HostRequest? { requests.isEmpty ? nil : requests.removeFirst() }

    /// The longest time without a datagram after the first, in seconds.
    func longestGap(until end: Double) -> Double {
        var longest = 0.0
        for (one, next) in zip(arrivals, arrivals.dropFirst()) { longest = max(longest, next.at.seconds - one.at.seconds) }
        return max(longest, end - (arrivals.last?.at.seconds ?? 0))
    }
}
