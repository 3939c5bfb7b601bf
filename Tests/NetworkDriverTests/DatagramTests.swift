import NetworkDriver
import NetworkImpairment
import RTCCore
import Testing

/// All that opens sockets, one test after another.
@Suite("The socket driver", .serialized, .timeLimit(.minutes(10)))
enum SocketTests {}

extension SocketTests {
    @Suite("Datagrams")
    struct DatagramTests {
        @Test("thousands of datagrams go to an echo on another worker and come back in order", arguments: [1, 2])
        func echo(workers: Int) async {
            let driver = SocketDriver(workers: workers)
            let opened = Announcement<SocketAddress>()
            let echo = driver.host(seed: 1, startAt: .origin) { _ in Echo(opened: opened) }
            let remote = await opened.value
            let finished = Announcement<Void>()
            let caller = driver.host(seed: 2, startAt: .origin) { _ in
                Caller(remote: remote, total: 6000, window: 60)
            }
            while driver.unfinished > 1 { await Task.yield() }
            finished.announce(())
            let (arrivals, up, down) = await driver.withMachine(caller) { machine, report in
                ((machine as? Caller)?.arrivals ?? [], report.up, report.down)
            }
            #expect(arrivals.map(\.number) == Array(0..<6000))
            #expect(arrivals.allSatisfy { $0.arrivedAt <= $0.now })
            #expect(up.passed == 6000 && down.passed == 6000 && up.dropped == 0 && down.dropped == 0)
            let seen = await driver.withMachine(echo) { machine, _ in (machine as? Echo)?.numbers ?? [] }
            #expect(seen == Array(0..<6000))
            await driver.stop()
            let health = driver.health
            #expect(health.datagramsSent == 12_000)
            #expect(health.datagramsReceived == 12_000)
            #expect(health.bytesSent == 1_200_000 && health.bytesReceived == 1_200_000)
            #expect(health.receiveBufferDrops == 0 && health.sendsFailed == 0 && health.sendsBlocked == 0)
            #expect(health.openSockets == 0)
            #expect(health.cpuTime > .zero)
        }

        @Test("what goes out while everything is lost is lost, and is in the ledger")
        func loss() async {
            let driver = SocketDriver(workers: 1)
            let everything = NetworkProfile(name: "custom", up: Impairment(loss: .bernoulli(1)), down: .none)
            let machine = driver.host(seed: 3, startAt: .origin) { _ in
                Shouter(count: 200, first: [.setNetwork(everything)]) { Path(local: $0, remote: $0) }
            }
            await driver.finishedAll()
            let report = await driver.withMachine(machine) { _, report in report }
            #expect(report.up.dropped(.loss) == 200)
            #expect(report.up.passed == 0)
            #expect(report.ledger.count == 200)
            #expect(report.ledger.allSatisfy { $0.cause == .loss && $0.direction == .up })
            await driver.stop()
            #expect(driver.health.datagramsSent == 0)
        }

        @Test(
            "what comes to a socket that its machine has closed is in the ledger, and after a change of address the next one lies elsewhere"
        )
        func closedSocket() async throws {
            let driver = SocketDriver(workers: 1)
            let first = Announcement<SocketAddress>()
            let second = Announcement<SocketAddress>()
            let mover = driver.host(seed: 1, startAt: .origin) { _ in Mover(first: first, second: second) }
            let old = await first.value
            let new = await second.value
            #expect(old.host == "127.0.0.1")
            #expect(new.isLoopback && new.host != old.host)
            _ = driver.host(seed: 2, startAt: .origin) { _ in Shouter(count: 20) { Path(local: $0, remote: old) } }
            _ = driver.host(seed: 3, startAt: .origin) { _ in Shouter(count: 1) { Path(local: $0, remote: new) } }
            while driver.unfinished > 1 { await Task.yield() }
            var ledger: [LedgerEntry] = []
            var numbers: [UInt32] = []
            while ledger.count < 20 || numbers.isEmpty {
                (ledger, numbers) = await driver.withMachine(mover) { machine, report in
                    (report.ledger, (machine as? Mover)?.numbers ?? [])
                }
            }
            #expect(ledger.count == 20)
            #expect(ledger.allSatisfy { $0.cause == .closed && $0.direction == .down })
            #expect(numbers == [0])
            await driver.stop()
            #expect(driver.health.openSockets == 0)
        }

        @Test("nothing passes during a blackout, and the next datagram after it does")
        func blackout() async throws {
            let driver = SocketDriver(workers: 1)
            let opened = Announcement<SocketAddress>()
            _ = driver.host(seed: 1, startAt: .origin) { _ in Echo(opened: opened) }
            let remote = await opened.value
            let blackout = Duration.milliseconds(30)
            let machine = driver.host(seed: 2, startAt: .origin) { _ in
                Knocker(remote: remote, first: [.blackout(blackout, .all)])
            }
            while driver.unfinished > 1 { await Task.yield() }
            let (began, answered, knocks, report) = await driver.withMachine(machine) { machine, report in
                let knocker = machine as? Knocker
                return (knocker?.began ?? .origin, knocker?.answeredAt, knocker?.knocks ?? 0, report)
            }
            let answeredAt = try #require(answered)
            #expect(answeredAt >= began + blackout - .milliseconds(1))
            #expect(report.up.dropped(.blackout) == UInt64(knocks) - report.up.passed)
            #expect(report.up.passed >= 1)
            await driver.stop()
        }

        @Test("a delayed datagram is late by its delay, and says when it came out")
        func delay() async {
            let driver = SocketDriver(workers: 1)
            let opened = Announcement<SocketAddress>()
            _ = driver.host(seed: 1, startAt: .origin) { _ in Echo(opened: opened) }
            let remote = await opened.value
            let slow = NetworkProfile(
                name: "custom", up: Impairment(delay: .milliseconds(4)), down: Impairment(delay: .milliseconds(6)))
            let machine = driver.host(seed: 2, startAt: .origin) { _ in
                Caller(remote: remote, total: 60, window: 20, first: [.setNetwork(slow)])
            }
            while driver.unfinished > 1 { await Task.yield() }
            let arrivals = await driver.withMachine(machine) { machine, _ in (machine as? Caller)?.arrivals ?? [] }
            #expect(arrivals.map(\.number) == Array(0..<60))
            #expect(arrivals.allSatisfy { $0.sentAt + .milliseconds(10) <= $0.arrivedAt && $0.arrivedAt <= $0.now })
            await driver.stop()
        }

        @Test("what a machine still has under way when it finishes leaves before its socket closes")
        func lastWords() async {
            let driver = SocketDriver(workers: 1)
            let opened = Announcement<SocketAddress>()
            let echo = driver.host(seed: 1, startAt: .origin) { _ in Echo(opened: opened) }
            let remote = await opened.value
            let slow = NetworkProfile(name: "custom", up: Impairment(delay: .milliseconds(3)), down: .none)
            _ = driver.host(seed: 2, startAt: .origin) { _ in
                Shouter(count: 10, first: [.setNetwork(slow)]) { Path(local: $0, remote: remote) }
            }
            while driver.unfinished > 1 { await Task.yield() }
            await driver.stop()
            let seen = await driver.withMachine(echo) { machine, _ in (machine as? Echo)?.numbers.count ?? 0 }
            #expect(driver.health.datagramsSent >= 10)
            #expect(seen <= 10)
        }

        @Test("a full receive buffer is counted, datagram for datagram")
        func overflow() async {
            var configuration = WorkerConfiguration()
            configuration.receiveBuffer = 16_384
            let driver = SocketDriver(workers: 1, configuration: configuration)
            let opened = Announcement<SocketAddress>()
            let echo = driver.host(seed: 1, startAt: .origin) { _ in Echo(opened: opened) }
            let remote = await opened.value
            _ = driver.host(seed: 2, startAt: .origin) { _ in
                Shouter(count: 1000, size: 1000) { Path(local: $0, remote: remote) }
            }
            while driver.unfinished > 1 { await Task.yield() }
            var seen: UInt64 = 0
            repeat {
                seen = await driver.withMachine(echo) { _, report in report.up.passed }
            } while seen == 0
            await driver.stop()
            let health = driver.health
            #expect(health.receiveBufferDrops > 0)
            #expect(seen + health.receiveBufferDrops >= 1000)
        }

        @Test("a datagram that the kernel refuses does not take its neighbours along")
        func refusal() async {
            let driver = SocketDriver(workers: 1)
            let opened = Announcement<SocketAddress>()
            _ = driver.host(seed: 1, startAt: .origin) { _ in Echo(opened: opened) }
            let remote = await opened.value
            let mixed = driver.host(seed: 2, startAt: .origin) { _ in
                final class Mixed: TestMachine {
                    let remote: SocketAddress
                    init(remote: SocketAddress) {
                        self.remote = remote
                        super.init()
                        requests = [.openSocket(token: 1)]
                    }
                    override func receive(_ input: HostInput, now: Instant) {
                        guard case .socketOpened(_, let local) = input else { return }
                        let nowhere = Path(local: local, remote: .loopback(port: 0))
                        let stranger = Path(local: .loopback(port: 1), remote: remote)
                        for number in 0..<UInt32(10) {
                            send(number, on: Path(local: local, remote: remote))
                            send(number, on: nowhere)
                            send(number, on: stranger)
                        }
                        requests.append(.finished)
                    }
                }
                return Mixed(remote: remote)
            }
            while driver.unfinished > 1 { await Task.yield() }
            let report = await driver.withMachine(mixed) { _, report in report }
            await driver.stop()
            let health = driver.health
            #expect(health.datagramsSent >= 10)
            #expect(health.sendsFailed == 10)
            #expect(health.lastSendError != 0)
            #expect(health.datagramsUnroutable == 10 && report.unroutable == 10)
        }
    }
}
