import NetworkImpairment
import NetworkSimulation
import RTCCore

/// A machine that does what its plan says and writes down all that happens to it.
final class Probe: HostedMachine {
    enum Action {
        case request(HostRequest)
        /// Asks for it when it is asked for datagrams, of which there are none.
        case requestWithDatagrams(HostRequest)
        /// Sends from the socket that was opened last.
        case send([UInt8], to: SocketAddress)
    }

    struct Received: Equatable {
        var at: Instant
        var bytes: [UInt8]
        var path: Path
    }

    struct Told: Equatable {
        var at: Instant
        var input: HostInput
    }

    static let firstPort: UInt16 = 49_152

    private var plan: [(at: Instant, action: Action)]
    private var requests: [HostRequest] = []
    private var lateRequests: [HostRequest] = []
    private var outgoing: [(bytes: [UInt8], path: Path)] = []
    /// Whether it sends back what it gets.
    var echoes = false
    private(set) var sockets: [SocketAddress] = []
    private(set) var received: [Received] = []
    private(set) var told: [Told] = []

    /// - Parameter opensSocket: At the very beginning.
    init(opensSocket: Bool = true, _ plan: [(at: Instant, action: Action)] = []) {
        self.plan = plan
        if opensSocket { requests.append(.openSocket(token: 0)) }
    }

    var deadline: Instant? { plan.first?.at }

    func advance(to now: Instant) {
        while let next = plan.first, next.at <= now {
            plan.removeFirst()
            switch next.action {
            case .request(let request): requests.append(request)
            case .requestWithDatagrams(let request): lateRequests.append(request)
            case .send(let bytes, let remote):
                guard let local = sockets.last else { continue }
                outgoing.append((bytes, Path(local: local, remote: remote)))
            }
        }
    }

    func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {
        let bytes = datagram.bytes.array
        received.append(Received(at: arrivedAt, bytes: bytes, path: path))
        if echoes { outgoing.append((bytes, path)) }
    }

    func receive(_ input: HostInput, now: Instant) {
        told.append(Told(at: now, input: input))
        if case .socketOpened(_, let local) = input { sockets.append(local) }
    }

    func nextDatagrams(into batch: inout DatagramBatch) -> Drain {
        while !outgoing.isEmpty {
            guard batch.count < batch.capacity else { return .full }
            let next = outgoing.removeFirst()
            batch.append(on: next.path) { slot in
                slot.copyBytes(from: next.bytes)
                return next.bytes.count
            }
        }
        requests += lateRequests
        lateRequests = []
        return .drained
    }

    func nextRequest() -> HostRequest? {
        requests.isEmpty ? nil : requests.removeFirst()
    }

    /// What was told apart from sockets.
    var signaling: [Told] {
        told.filter {
            if case .socketOpened = $0.input { false } else { true }
        }
    }
}

extension Simulation {
    /// The first socket that a host opens.
    func firstSocket(of index: Int) -> SocketAddress {
        var address = address(of: index)
        address.port = Probe.firstPort
        return address
    }
}
