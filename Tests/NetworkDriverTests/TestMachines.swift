import NetworkDriver
import NetworkImpairment
import RTCCore
import Synchronization

/// What lets one machine of a test know something of another: a value that is set once and waited for.
final class Announcement<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        var waiters: [CheckedContinuation<Value, Never>] = []
    }

    private let state = Mutex(State())

    func announce(_ value: Value) {
        let waiters = state.withLock { state in
            state.value = value
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: value) }
    }

    var value: Value {
        get async {
            await withCheckedContinuation { continuation in
                let known = state.withLock { state in
                    if state.value == nil { state.waiters.append(continuation) }
                    return state.value
                }
                if let known { continuation.resume(returning: known) }
            }
        }
    }
}

/// A machine with queues for what it asks and sends; subclasses decide what to put there.
class TestMachine: HostedMachine {
    var requests: [HostRequest] = []
    var outgoing: [(path: Path, bytes: [UInt8])] = []
    var inputs: [HostInput] = []
    var deadline: Instant?

    private var nextRequestIndex = 0
    private var nextOutgoingIndex = 0

    func advance(to now: Instant) {
        deadline = nil
    }

    func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {}

    func receive(_ datagram: inout MutableRawSpan, on path: Path, ecn: ECN, arrivedAt: Instant, now: Instant) {
        receive(&datagram, on: path, arrivedAt: arrivedAt, now: now)
    }

    func receive(_ bytes: inout MutableRawSpan, onStream stream: UInt64, now: Instant) {}

    func receive(_ input: HostInput, now: Instant) {
        inputs.append(input)
    }

    func nextDatagrams(into batch: inout DatagramBatch) -> Drain {
        while nextOutgoingIndex < outgoing.count {
            guard !batch.isFull else { return .full }
            let next = outgoing[nextOutgoingIndex]
            next.bytes.withUnsafeBytes { batch.append($0.bytes, on: next.path) }
            nextOutgoingIndex += 1
        }
        outgoing.removeAll()
        nextOutgoingIndex = 0
        return .drained
    }

    func nextRequest() -> HostRequest? {
        guard nextRequestIndex < requests.count else {
            requests.removeAll()
            nextRequestIndex = 0
            return nil
        }
        defer { nextRequestIndex += 1 }
        return requests[nextRequestIndex]
    }

    /// A datagram of `size` bytes that begins with a number.
    func send(_ number: UInt32, size: Int = 100, on path: Path) {
        var bytes = [UInt8](repeating: 0, count: max(size, 4))
        for index in 0..<4 { bytes[index] = UInt8(truncatingIfNeeded: number >> UInt32(24 - 8 * index)) }
        outgoing.append((path, bytes))
    }

    static func number(of datagram: borrowing MutableRawSpan) -> UInt32 {
        (0..<4).reduce(0) { $0 << 8 | UInt32(datagram.unsafeLoad(fromByteOffset: $1, as: UInt8.self)) }
    }
}

/// Returns each datagram to its sender.
final class Echo: TestMachine {
    private let opened: Announcement<SocketAddress>
    private(set) var numbers: [UInt32] = []

    init(opened: Announcement<SocketAddress>) {
        self.opened = opened
        super.init()
        requests = [.openSocket(token: 1)]
    }

    override func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {
        numbers.append(Self.number(of: datagram))
        outgoing.append((path, datagram.withUnsafeBytes { Array($0) }))
    }

    override func receive(_ input: HostInput, now: Instant) {
        if case .socketOpened(_, let local) = input { opened.announce(local) }
    }
}

/// Sends numbered datagrams to an echo, so many at a time, and finishes when the last has come back.
final class Caller: TestMachine {
    struct Arrival: Sendable {
        let number: UInt32
        let sentAt: Instant
        let arrivedAt: Instant
        let now: Instant
    }

    let remote: SocketAddress
    let total: UInt32
    let window: UInt32
    private(set) var arrivals: [Arrival] = []
    private var local: SocketAddress?
    private var sent: UInt32 = 0
    private var windowSentAt = Instant.origin

    init(remote: SocketAddress, total: UInt32, window: UInt32, first: [HostRequest] = []) {
        self.remote = remote
        self.total = total
        self.window = window
        super.init()
        requests = first + [.openSocket(token: 7)]
    }

    override func receive(_ input: HostInput, now: Instant) {
        super.receive(input, now: now)
        guard case .socketOpened(7, let local) = input else { return }
        self.local = local
        sendWindow(at: now)
    }

    override func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {
        arrivals.append(
            Arrival(number: Self.number(of: datagram), sentAt: windowSentAt, arrivedAt: arrivedAt, now: now))
        guard arrivals.count == Int(sent) else { return }
        if sent == total { requests.append(.finished) } else { sendWindow(at: now) }
    }

    private func sendWindow(at now: Instant) {
        guard let local else { return }
        windowSentAt = now
        for _ in 0..<min(window, total - sent) {
            send(sent, on: Path(local: local, remote: remote))
            sent += 1
        }
    }
}

/// Sends to an echo at every tick until something comes back, then finishes.
final class Knocker: TestMachine {
    let remote: SocketAddress
    private var local: SocketAddress?
    private(set) var knocks: UInt32 = 0
    private(set) var began = Instant.origin
    private(set) var answeredAt: Instant?

    init(remote: SocketAddress, first: [HostRequest]) {
        self.remote = remote
        super.init()
        requests = first + [.openSocket(token: 1)]
    }

    override func receive(_ input: HostInput, now: Instant) {
        guard case .socketOpened(_, let local) = input else { return }
        self.local = local
        began = now
        deadline = now
    }

    override func advance(to now: Instant) {
        guard let local else { return }
        send(knocks, on: Path(local: local, remote: remote))
        knocks += 1
        deadline = now + .milliseconds(2)
    }

    override func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {
        guard answeredAt == nil else { return }
        answeredAt = now
        deadline = nil
        requests.append(.finished)
    }
}

/// Sends so many datagrams at once as soon as its socket is open, then finishes.
final class Shouter: TestMachine {
    private let count: UInt32
    private let size: Int
    private let path: @Sendable (SocketAddress) -> Path

    init(count: UInt32, size: Int = 100, first: [HostRequest] = [], path: @escaping @Sendable (SocketAddress) -> Path) {
        self.count = count
        self.size = size
        self.path = path
        super.init()
        requests = first + [.openSocket(token: 1)]
    }

    override func receive(_ input: HostInput, now: Instant) {
        super.receive(input, now: now)
        guard case .socketOpened(_, let local) = input else { return }
        for number in 0..<count { send(number, size: size, on: path(local)) }
        requests.append(.finished)
    }
}

/// Opens a socket, changes its address, opens another, and counts what comes.
final class Mover: TestMachine {
    private let first: Announcement<SocketAddress>
    private let second: Announcement<SocketAddress>
    private(set) var numbers: [UInt32] = []

    init(first: Announcement<SocketAddress>, second: Announcement<SocketAddress>) {
        self.first = first
        self.second = second
        super.init()
        requests = [.openSocket(token: 1)]
    }

    override func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {
        numbers.append(Self.number(of: datagram))
    }

    override func receive(_ input: HostInput, now: Instant) {
        guard case .socketOpened(let token, let local) = input else { return }
        if token == 1 {
            first.announce(local)
            requests += [.changeAddress, .openSocket(token: 2)]
        } else {
            second.announce(local)
        }
    }
}
