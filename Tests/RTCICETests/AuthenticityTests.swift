import MutatedInput
import RTCCore
import RTCICE
import RTCWire
import Testing

/// An agent under test and a hand that writes what its peer would.
struct Puppet: ~Copyable {
    static let credentials = IceCredentials(ufrag: "them", password: "their-password-of-24-char")
    var agent: IceAgent
    var now = Instant.seconds(1)
    var sent: [(Path, [UInt8])] = []
    var random = SplitMix64(seed: 77)

    init(role: IceRole, knowsPeer: Bool = true) {
        agent = IceAgent(role: role, seed: 1, at: .seconds(1))
        _ = agent.addHostCandidate(base: .a, now: now)
        if knowsPeer { agent.setRemoteCredentials(Self.credentials, now: now) }
        drain()
    }

    mutating func drain() {
        var batch = DatagramBatch(capacity: 64)
        sent.removeAll()
        while true {
            let drain = agent.nextDatagrams(into: &batch)
            for index in 0..<batch.count { sent.append((batch[index].path, Array(batch.bytes(at: index)))) }
            batch.removeAll()
            if case .drained = drain { return }
        }
    }

    mutating func give(_ bytes: [UInt8], from remote: SocketAddress = .b) {
        bytes.withUnsafeBytes { agent.receive($0.bytes, on: Path(local: .a, remote: remote), now: now) }
        drain()
    }

    mutating func request(
        password: String? = nil, ufrag: String? = nil, controlling: Bool = false, tieBreaker: UInt64 = 1, nominates: Bool = false,
        extra: UInt16? = nil
    ) -> [UInt8] {
        let local = agent.localCredentials
        return message(.request, STUNTransactionID(using: &random), password: password ?? local.password) { writer in
            writer.append(.username, bytes: Array("\(ufrag ?? local.ufrag):\(Self.credentials.ufrag)".utf8))
            writer.append(.priority, UInt32(1_862_270_975))
            writer.append(controlling ? .iceControlling : .iceControlled, tieBreaker)
            if nominates { writer.append(.useCandidate) }
            if let extra { writer.append(STUNAttributeType(rawValue: extra), UInt32(1)) }
        }
    }

    /// Answers the newest request that went to an address.
    mutating func respond(
        at remote: SocketAddress = .b, from source: SocketAddress? = nil, password: String? = Puppet.credentials.password
    ) {
        guard
            let request = sent.last(where: { path, bytes in
                path.remote == remote && withMessage(bytes) { $0.messageClass == .request } == true
            }), let id = withMessage(request.1, { $0.transactionID })
        else {
            Issue.record("no request to answer")
            return
        }
        give(message(.success, id, password: password) { $0.append(.xorMappedAddress, xor: .a) }, from: source ?? remote)
    }

    var errors: [STUNErrorCode] {
        sent.compactMap { withMessage($0.1) { $0.errorCode } ?? nil }
    }
}

@Suite("ICE authenticity and refusals")
struct AuthenticityTests {
    @Test("a check with the wrong password is refused, counted and without effect")
    func wrongPassword() {
        var puppet = Puppet(role: .controlling)
        let bytes = puppet.request(password: "not-the-password-at-all-x")
        puppet.give(bytes)
        #expect(puppet.errors == [.unauthenticated])
        #expect(puppet.agent.counters.badIntegrity == 1)
        #expect(puppet.agent.counters.checksReceived == 0)
        let pairs = puppet.agent.candidatePairs
        #expect(pairs.isEmpty)
    }

    @Test("two agents with different passwords never connect")
    func wrongPasswordBothWays() {
        var link = VirtualLink(
            a: IceAgent(role: .controlling, seed: 1, at: .seconds(1)), b: IceAgent(role: .controlled, seed: 2, at: .seconds(1)))
        let fromA = link.a.addHostCandidate(base: .a, now: link.now)
        let fromB = link.b.addHostCandidate(base: .b, now: link.now)
        link.a.addRemoteCandidate(fromB, now: link.now)
        link.b.addRemoteCandidate(fromA, now: link.now)
        let wrong = IceCredentials(ufrag: link.b.localCredentials.ufrag, password: "0123456789012345678901")
        link.a.setRemoteCredentials(wrong, now: link.now)
        link.b.setRemoteCredentials(link.a.localCredentials, now: link.now)
        link.run(until: 100)
        #expect(link.a.state == .failed)
        #expect(link.b.counters.badIntegrity > 5)
        #expect(link.a.counters.badIntegrity > 5)
        let selected = link.b.selectedPath
        #expect(selected == nil)
    }

    @Test("a check for another user fragment, or without credentials, is refused")
    func otherUser() {
        var puppet = Puppet(role: .controlling)
        let bytes = puppet.request(ufrag: "somebodyelse")
        puppet.give(bytes)
        #expect(puppet.errors == [.unauthenticated])
        #expect(puppet.agent.counters.unknownUsername == 1)
        puppet.give(message(.request, STUNTransactionID(high: 1, low: 1)) { _ in })
        #expect(puppet.errors == [.badRequest])
    }

    @Test("an attribute that must be understood is refused with 420, one that need not be is ignored")
    func unknownAttribute() {
        var puppet = Puppet(role: .controlling)
        let required = puppet.request(extra: 0x7FFF)
        puppet.give(required)
        #expect(puppet.errors == [.unknownAttribute])
        let optional = puppet.request(extra: 0xC057)
        puppet.give(optional)
        #expect(puppet.errors.isEmpty)
        #expect(puppet.sent.count == 2)
    }

    @Test("the response goes back to where the check came from, with what it saw")
    func responseGoesBack() {
        var puppet = Puppet(role: .controlled, knowsPeer: false)
        let bytes = puppet.request(controlling: true)
        let strange = SocketAddress(ipv4: 0x0808_0808, port: 8)
        puppet.give(bytes, from: strange)
        #expect(puppet.sent.count == 1)
        #expect(puppet.sent.first?.0 == Path(local: .a, remote: strange))
        let mapped = puppet.sent.first.flatMap { withMessage($0.1) { $0.xorMappedAddress } } ?? nil
        #expect(mapped == strange)
    }

    @Test("a forged response, or one to no request, changes nothing")
    func forgedResponse() {
        var puppet = Puppet(role: .controlling)
        let check = puppet.request()
        puppet.give(check)
        let asked = puppet.sent
        puppet.respond(password: "a-password-made-up-by-me-")
        #expect(puppet.agent.counters.badIntegrity == 1)
        puppet.sent = asked
        puppet.respond(password: nil)
        #expect(puppet.agent.counters.badIntegrity == 2)
        puppet.give(
            message(.success, STUNTransactionID(high: 9, low: 9), password: Puppet.credentials.password) {
                $0.append(.xorMappedAddress, xor: .a)
            })
        #expect(puppet.agent.counters.unknownTransaction == 1)
        let before = puppet.agent.candidatePairs
        #expect(before.first?.state == .inProgress)
        puppet.sent = asked
        puppet.respond()
        let after = puppet.agent.candidatePairs
        #expect(after.first?.state == .succeeded)
    }

    @Test("a response from elsewhere than the request went fails the pair")
    func asymmetric() {
        var puppet = Puppet(role: .controlling)
        let check = puppet.request()
        puppet.give(check)
        puppet.respond(from: .b2)
        #expect(puppet.agent.counters.asymmetricResponses == 1)
        let pairs = puppet.agent.candidatePairs
        #expect(pairs.first?.state == .failed)
    }

    @Test("as controlled it follows every nomination, and back")
    func followsNominations() {
        var puppet = Puppet(role: .controlled)
        for remote in [SocketAddress.b, .b2] {
            let bytes = puppet.request(controlling: true)
            puppet.give(bytes, from: remote)
            puppet.respond(at: remote)
        }
        let none = puppet.agent.selectedPath
        #expect(none == nil)
        for remote in [SocketAddress.b, .b2, .b2, .b] {
            let bytes = puppet.request(controlling: true, nominates: true)
            puppet.give(bytes, from: remote)
            let path = puppet.agent.selectedPath
            #expect(path?.remote == remote)
        }
        #expect(puppet.agent.state == .connected)
        // A pair never seen before is checked first.
        let other = SocketAddress(ipv4: 0x0A00_0303, port: 3)
        let bytes = puppet.request(controlling: true, nominates: true)
        puppet.give(bytes, from: other)
        #expect(puppet.agent.selectedPath?.remote == .b)
        puppet.respond(at: other)
        #expect(puppet.agent.selectedPath?.remote == other)
        var changes = 0
        while let event = puppet.agent.nextEvent() { if case .selectedPathChanged = event { changes += 1 } }
        #expect(changes == 4)
    }

    @Test("connects to a lite agent, which checks nothing itself, in two exchanges")
    func lite() {
        var puppet = Puppet(role: .controlled)
        puppet.agent.setRemoteIsLite(true)
        puppet.agent.addRemoteCandidate(
            IceCandidate(foundation: "1", priority: 2_130_706_431, address: .b, kind: .host), now: puppet.now)
        puppet.drain()
        let nominations = { (sent: [(Path, [UInt8])]) in
            sent.map { withMessage($0.1) { $0.usesCandidate && $0.iceControlling != nil } }
        }
        #expect(nominations(puppet.sent) == [false])
        puppet.respond()
        #expect(nominations(puppet.sent) == [true])
        puppet.respond()
        #expect(puppet.agent.state == .connected)
        let conflict = puppet.request(controlling: true, tieBreaker: .max)
        puppet.give(conflict)
        #expect(puppet.agent.role == .controlling)
    }

    @Test("candidates of an earlier generation are ignored after a restart, those of the next one wait for it")
    func generations() {
        var puppet = Puppet(role: .controlling)
        puppet.agent.restart(now: puppet.now)
        let candidate = { (ufrag: String?, port: UInt16) in
            IceCandidate(
                foundation: "1", priority: 1, address: SocketAddress(ipv4: 9, port: port), kind: .host, ufrag: ufrag)
        }
        puppet.agent.addRemoteCandidate(candidate(Puppet.credentials.ufrag, 1), now: puppet.now)
        #expect(puppet.agent.counters.candidatesIgnored == 1)
        puppet.agent.addRemoteCandidate(candidate("next", 2), now: puppet.now)
        puppet.agent.addRemoteCandidate(candidate(nil, 3), now: puppet.now)
        puppet.agent.addRemoteCandidate(candidate("never", 4), now: puppet.now)
        let before = puppet.agent.candidatePairs
        #expect(before.isEmpty)
        puppet.agent.setRemoteCredentials(IceCredentials(ufrag: "next", password: "0123456789012345678901"), now: puppet.now)
        let after = puppet.agent.candidatePairs.map(\.remote.address.port)
        #expect(after == [2, 3])
        #expect(puppet.agent.counters.candidatesIgnored == 2)
    }

    @Test("the stronger side refuses a role conflict with 487, the weaker yields", arguments: [IceRole.controlling, .controlled])
    func roleConflict(role: IceRole) {
        for (tieBreaker, weControl) in [(UInt64.min, true), (.max, false)] {
            var puppet = Puppet(role: role)
            let bytes = puppet.request(controlling: role == .controlling, tieBreaker: tieBreaker)
            puppet.give(bytes)
            let stays = weControl == (role == .controlling)
            #expect(puppet.errors == (stays ? [.roleConflict] : []))
            #expect(puppet.agent.role == (weControl ? .controlling : .controlled))
            #expect(puppet.agent.counters.roleConflicts == 1)
        }
    }

    @Test("the other side takes consent back with 403")
    func revoked() throws {
        var puppet = Puppet(role: .controlled)
        let bytes = puppet.request(controlling: true, nominates: true)
        puppet.give(bytes)
        puppet.respond()
        #expect(puppet.agent.state == .connected)
        let due = puppet.agent.deadline
        puppet.now = try #require(due)
        puppet.agent.advance(to: puppet.now)
        puppet.drain()
        let id = try #require(puppet.sent.last.flatMap { withMessage($0.1) { $0.transactionID } })
        puppet.give(message(.error, id, password: Puppet.credentials.password) { $0.append(STUNErrorCode.forbidden) })
        #expect(puppet.agent.state == .failed)
    }

    @Test("checks that came too early are bounded and followed when the credentials come")
    func earlyChecks() {
        var puppet = Puppet(role: .controlled, knowsPeer: false)
        for port in 0..<UInt16(100) {
            let bytes = puppet.request(controlling: true)
            puppet.give(bytes, from: SocketAddress(ipv4: 9, port: port + 1))
            #expect(puppet.sent.count == 1)
        }
        #expect(puppet.agent.state == .new)
        puppet.agent.setRemoteCredentials(Puppet.credentials, now: puppet.now)
        let pairs = puppet.agent.candidatePairs
        #expect(pairs.count == 32)
        #expect(puppet.agent.state == .checking)
    }

    @Test("survives 10,000 mutations of a live session, re-signed or not, with every deadline in the future")
    func mutations() {
        var mutator = Mutator(seed: 8)
        var corpus: [[UInt8]] = []
        var link = VirtualLink.connected(seed: 4, loss: 0.3)
        link.isRecording = true
        link.run(until: 12)
        corpus = link.recorded
        for index in 0..<10_000 {
            var bytes = mutator.mutate(corpus)
            if bytes.count >= 56, mutator.below(2) == 0 { resign(&bytes, link.a.localCredentials.password) }
            bytes.withUnsafeBytes { link.a.receive($0.bytes, on: Path(local: .a, remote: .b), now: link.now) }
            if index % 20 == 0 { link.now += .milliseconds(1) }
            link.a.advance(to: link.now)
            if let deadline = link.a.deadline {
                let later = deadline > link.now
                #expect(later)
            }
            link.drain()
            link.flying.removeAll()
        }
        #expect(link.a.counters.malformed > 1000)
        #expect(link.a.counters.badIntegrity > 10)
    }

    /// Cuts the tail off and ends the message with a correct integrity and fingerprint.
    private func resign(_ bytes: inout [UInt8], _ password: String) {
        let body = Array(bytes[20..<(bytes.count - 32 - bytes.count % 4)])
        let id = STUNTransactionID(
            high: bytes[8..<12].reduce(0) { $0 << 8 | UInt32($1) }, low: bytes[12..<20].reduce(0) { $0 << 8 | UInt64($1) })
        bytes = message(.request, id, password: password) { writer in
            var rest = body[...]
            while rest.count >= 4 {
                let type = STUNAttributeType(rawValue: UInt16(rest[rest.startIndex]) << 8 | UInt16(rest[rest.startIndex + 1]))
                let size = min(Int(rest[rest.startIndex + 3]), rest.count - 4)
                writer.append(type, bytes: Array(rest.dropFirst(4).prefix(size)))
                rest = rest.dropFirst(4 + (size + 3) & ~3)
            }
        }
    }
}
