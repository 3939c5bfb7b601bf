import NetworkDriver
import NetworkImpairment
import RTCCore
import Testing

extension SocketTests {
    /// Counts alone: how fast this machine is changes nothing.
    @Suite("Impairments on real sockets against their closed form")
    struct ModelTests {
        private static let count: UInt32 = 20_000

        /// What came of a stream through an impaired way up.
        private func shout(_ up: Impairment, seed: UInt64, count: UInt32 = Self.count) async -> HostReport {
            let driver = SocketDriver(workers: 1)
            let profile = NetworkProfile(name: "custom", up: up, down: .none)
            let machine = driver.host(seed: seed, startAt: .origin) { _ in
                Shouter(count: count, first: [.setNetwork(profile)]) { Path(local: $0, remote: $0) }
            }
            await driver.finishedAll()
            let report = await driver.withMachine(machine) { _, report in report }
            await driver.stop()
            return report
        }

        @Test("full Gilbert-Elliott loss comes out within four deviations, and alike for one seed", arguments: [UInt64(1), 2, 3])
        func chain(seed: UInt64) async {
            let model = LossModel.gilbertElliott(toBad: 0.02, toGood: 0.2, lossInGood: 0.01, lossInBad: 0.7)
            let bad = 0.02 / 0.22
            let loss = model.stationaryLoss
            let variance: Double = loss * (1 - loss) + 2 * 0.69 * 0.69 * bad * (1 - bad) * 0.78 / 0.22
            let first = await shout(Impairment(loss: model), seed: seed)
            let second = await shout(Impairment(loss: model), seed: seed)
            #expect(first.up.offered == UInt64(Self.count))
            let tolerance = 4 * (variance / Double(Self.count)).squareRoot()
            #expect(abs(Double(first.up.dropped(.loss)) / Double(Self.count) - loss) < tolerance)
            #expect(first.ledger.count == Int(first.up.dropped(.loss)))
            #expect(first.up.dropped(.loss) == second.up.dropped(.loss))
        }

        @Test(
            "duplicates and damage come as often as they should, whatever the socket does with them", arguments: [UInt64(1), 2])
        func damage(seed: UInt64) async {
            // Fewer than a pipe holds.
            let report = await shout(Impairment(duplicate: 0.1, corrupt: 0.2), seed: seed, count: 6000)
            let count = 6000.0
            let doubled = 4 * (0.1 * 0.9 / count).squareRoot()
            #expect(abs(Double(report.up.duplicated) / count - 0.1) < doubled)
            // A copy of what is damaged is damaged too.
            let damaged = 5 * (0.2 * 0.8 / count).squareRoot()
            let delivered = count + Double(report.up.duplicated)
            #expect(abs(Double(report.up.corrupted) / delivered - 0.2) < damaged)
            #expect(report.up.passed == 6000 + report.up.duplicated)
        }

        @Test(
            "a codepoint and a mark reach the other side in the IP header, with and without segmentation",
            arguments: [true, false])
        func codepoints(usesSegmentation: Bool) async {
            var configuration = WorkerConfiguration()
            configuration.usesSegmentation = usesSegmentation
            let driver = SocketDriver(workers: 1, configuration: configuration)
            let opened = Announcement<SocketAddress>()
            let echo = driver.host(seed: 1, startAt: .origin) { _ in CodepointEcho(opened: opened) }
            let remote = await opened.value
            let network = NetworkProfile(name: "custom", up: Impairment(mark: 0.3), down: .none)
            let caller = driver.host(seed: 2, startAt: .origin) { _ in
                Caller(remote: remote, total: 600, window: 20, first: [.setNetwork(network), .markECN(.ect1)])
            }
            while driver.unfinished > 1 { await Task.yield() }
            let seen = await driver.withMachine(echo) { machine, _ in (machine as? CodepointEcho)?.seen ?? [:] }
            let report = await driver.withMachine(caller) { _, report in report }
            await driver.stop()
            #expect(seen[.ce] == Int(report.up.marked))
            #expect(seen[.ect1] == 600 - Int(report.up.marked))
            #expect(report.up.marked > 100 && report.up.marked < 260)
            // The echo understands no marks, so what comes back bears none.
            #expect(report.down.offeredCapable == 0)
            #expect(driver.health.datagramsSent == 1200)
        }

        @Test("over IPv6 too")
        func codepointsIPv6() async {
            var configuration = WorkerConfiguration()
            configuration.localAddress = SocketAddress(ipv6High: 0, low: 1, port: 0)
            let driver = SocketDriver(workers: 1, configuration: configuration)
            let opened = Announcement<SocketAddress?>()
            let echo = driver.host(seed: 1, startAt: .origin) { _ in CodepointEcho(opened: opened) }
            guard let remote = await opened.value else {
                // A machine without IPv6 has nothing to show here.
                await driver.stop()
                return
            }
            _ = driver.host(seed: 2, startAt: .origin) { _ in
                Caller(remote: remote, total: 100, window: 20, first: [.markECN(.ect0)])
            }
            while driver.unfinished > 1 { await Task.yield() }
            let seen = await driver.withMachine(echo) { machine, _ in (machine as? CodepointEcho)?.seen ?? [:] }
            await driver.stop()
            #expect(seen == [.ect0: 100])
        }

        @Test("a network that changes in mid-stream keeps what is under way")
        func change() async {
            let driver = SocketDriver(workers: 1)
            let opened = Announcement<SocketAddress>()
            _ = driver.host(seed: 1, startAt: .origin) { _ in Echo(opened: opened) }
            let remote = await opened.value
            let slow = NetworkProfile(
                name: "custom", up: Impairment(rate: RateLimit(bitsPerSecond: 100_000, queue: .endless)), down: .none)
            let trace = NetworkTrace(steps: [.init(at: .zero, bitsPerSecond: 50e6)], length: .seconds(1))
            let fast = NetworkProfile(
                name: "custom", up: Impairment(trace: TraceReplay(path: "t", trace: trace, queue: .endless)), down: .none)
            let machine = driver.host(seed: 2, startAt: .origin) { _ in
                Switcher(remote: remote, count: 300, from: slow, to: fast)
            }
            while driver.unfinished > 1 { await Task.yield() }
            let (numbers, report) = await driver.withMachine(machine) { machine, report in
                ((machine as? Switcher)?.numbers ?? [], report)
            }
            await driver.stop()
            #expect(numbers == Array(0..<300))
            #expect(report.up.dropped == 0 && report.up.passed == 300)
        }
    }
}

/// Returns each datagram to its sender and counts the codepoints that came.
private final class CodepointEcho: TestMachine {
    private let opened: (SocketAddress?) -> Void
    private(set) var seen: [ECN: Int] = [:]

    init(opened: Announcement<SocketAddress>) {
        self.opened = { if let address = $0 { opened.announce(address) } }
        super.init()
        requests = [.openSocket(token: 1)]
    }

    init(opened: Announcement<SocketAddress?>) {
        self.opened = { opened.announce($0) }
        super.init()
        requests = [.openSocket(token: 1)]
    }

    override func receive(_ datagram: inout MutableRawSpan, on path: Path, ecn: ECN, arrivedAt: Instant, now: Instant) {
        seen[ecn, default: 0] += 1
        outgoing.append((path, datagram.withUnsafeBytes { Array($0) }))
    }

    override func receive(_ input: HostInput, now: Instant) {
        switch input {
        case .socketOpened(_, let local): opened(local)
        case .socketFailed: opened(nil)
        default: break
        }
    }
}

/// Sends all at once into a slow network, then has another, and finishes when all have come back from an echo.
private final class Switcher: TestMachine {
    private let remote: SocketAddress
    private let count: UInt32
    private let after: NetworkProfile
    private(set) var numbers: [UInt32] = []

    init(remote: SocketAddress, count: UInt32, from before: NetworkProfile, to after: NetworkProfile) {
        self.remote = remote
        self.count = count
        self.after = after
        super.init()
        requests = [.setNetwork(before), .openSocket(token: 1)]
    }

    override func receive(_ input: HostInput, now: Instant) {
        guard case .socketOpened(_, let local) = input else { return }
        for number in 0..<count { send(number, on: Path(local: local, remote: remote)) }
        deadline = now + .milliseconds(30)
    }

    override func advance(to now: Instant) {
        deadline = nil
        requests.append(.setNetwork(after))
    }

    override func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {
        numbers.append(Self.number(of: datagram))
        if numbers.count == Int(count) { requests.append(.finished) }
    }
}
