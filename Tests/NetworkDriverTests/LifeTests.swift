import NetworkDriver
import NetworkImpairment
import RTCCore
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#endif

extension SocketTests {
    @Suite("Lives of machines and workers")
    struct LifeTests {
        /// Advances so many times at seeded intervals and notes whether it was ever called too early.
        final class Ticker: TestMachine {
            private var random: SplitMix64
            private var left: Int
            private(set) var fired: [(due: Instant, now: Instant)] = []

            init(seed: UInt64, ticks: Int, now: Instant) {
                random = SplitMix64(seed: seed)
                left = ticks
                super.init()
                arm(now)
            }

            private func arm(_ now: Instant) {
                deadline = now + .microseconds(Int64(random.next() % 2000))
            }

            override func advance(to now: Instant) {
                guard let due = deadline else { return }
                fired.append((due, now))
                left -= 1
                if left > 0 {
                    arm(now)
                } else {
                    deadline = nil
                    requests = [.finished]
                }
            }
        }

        @Test("timers fire in each machine's order and never early", arguments: [Duration.zero, .milliseconds(1)])
        func timers(granularity: Duration) async {
            var configuration = WorkerConfiguration()
            configuration.timerGranularity = granularity
            let driver = SocketDriver(workers: 2, configuration: configuration)
            let handles = (0..<100).map { index in
                driver.host(seed: 1, startAt: .origin) { now in Ticker(seed: UInt64(index), ticks: 20, now: now) }
            }
            await driver.finishedAll()
            for handle in handles {
                let fired = await driver.withMachine(handle) { machine, _ in
                    ((machine as? Ticker)?.fired ?? []).map { ($0.due, $0.now) }
                }
                #expect(fired.count == 20)
                #expect(fired.allSatisfy { $0.0 <= $0.1 })
                #expect(zip(fired, fired.dropFirst()).allSatisfy { $0.1 <= $1.0 })
            }
            await driver.stop()
            #expect(driver.health.lag.count >= 2000)
            #expect(driver.health.lag.p99 <= driver.health.lag.max)
        }

        @Test("a machine begins at its time, and its visitors wait for it")
        func begins() async {
            let driver = SocketDriver(workers: 1)
            let start = driver.clock.now + .milliseconds(20)
            let box = Announcement<Instant>()
            let handle = driver.host(seed: 1, startAt: start) { now in
                box.announce(now)
                return TestMachine()
            }
            let visitedAt = await driver.withMachine(handle) { _, _ in driver.clock.now }
            #expect(await box.value >= start)
            #expect(visitedAt >= start)
            await driver.stop()
        }

        @Test("what a visitor makes a machine ask for is done at once")
        func visitors() async {
            let driver = SocketDriver(workers: 1)
            let handle = driver.host(seed: 1, startAt: .origin) { _ in TestMachine() }
            await driver.withMachine(handle) { machine, _ in
                (machine as? TestMachine)?.requests = [.openSocket(token: 9)]
            }
            let local = await driver.withMachine(handle) { machine, _ -> SocketAddress? in
                guard case .socketOpened(9, let local)? = (machine as? TestMachine)?.inputs.first else { return nil }
                return local
            }
            #expect(local?.isLoopback == true)
            #expect(local?.port != 0)
            await driver.withMachine(handle) { machine, _ in (machine as? TestMachine)?.requests = [.finished] }
            await driver.finishedAll()
            await driver.stop()
        }

        @Test("machines can be visited after their worker has stopped, also those that never began")
        func afterwards() async {
            let driver = SocketDriver(workers: 1)
            let early = driver.host(seed: 1, startAt: .origin) { _ in TestMachine() }
            let never = driver.host(seed: 1, startAt: .seconds(86_400)) { _ in TestMachine() }
            await driver.stop()
            await driver.stop()
            #expect(await driver.withMachine(early) { _, report in report.index } == 0)
            #expect(await driver.withMachine(never) { _, report in report.index } == 1)
        }

        @Test("waiting for the end gives up when its task is cancelled")
        func cancelled() async {
            let driver = SocketDriver(workers: 1)
            _ = driver.host(seed: 1, startAt: .seconds(86_400)) { _ in TestMachine() }
            let waiting = Task { await driver.finishedAll() }
            waiting.cancel()
            await waiting.value
            #expect(driver.unfinished == 1)
            await driver.stop()
        }

        @Test("a socket address that this host does not have is a reason, not a crash")
        func noSuchAddress() async {
            var configuration = WorkerConfiguration()
            configuration.localAddress = SocketAddress(ipv4: 0xC000_0201, port: 0)
            let driver = SocketDriver(workers: 1, configuration: configuration)
            let handle = driver.host(seed: 1, startAt: .origin) { _ in
                Shouter(count: 1) { Path(local: $0, remote: $0) }
            }
            await driver.withMachine(handle) { _, _ in }
            let seen = await driver.withMachine(handle) { machine, _ in (machine as? TestMachine)?.inputs ?? [] }
            #expect(
                seen == [
                    .socketFailed(
                        token: 1, reason: "cannot open a UDP socket on 192.0.2.1:0: Cannot assign requested address")
                ])
            await driver.stop()
        }

        @Test("stopping leaves no descriptor open")
        func descriptors() async {
            let before = openDescriptors()
            for round in 0..<100 {
                let driver = SocketDriver(workers: 1)
                let handle = driver.host(seed: UInt64(round), startAt: .origin) { _ in
                    let machine = TestMachine()
                    machine.requests = [.openSocket(token: 1), .openSocket(token: 2)]
                    return machine
                }
                await driver.withMachine(handle) { _, _ in }
                await driver.stop()
            }
            let leakOfOneARound = 100
            #expect(openDescriptors() < before + leakOfOneARound / 2)
        }

        private func openDescriptors() -> Int {
            guard let folder = opendir("/proc/self/fd") else { return 0 }
            defer { closedir(folder) }
            var count = 0
            while readdir(folder) != nil { count += 1 }
            return count
        }
    }
}
