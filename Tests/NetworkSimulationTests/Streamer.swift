import NetworkImpairment
import RTCCore

/// Sends numbered datagrams at a steady rate and keeps a running hash of what it gets, without allocating.
final class Streamer: HostedMachine {
    private let remote: SocketAddress
    private let interval: Duration
    private let size: Int
    private let end: Instant
    private let profile: NetworkProfile
    private var local: SocketAddress?
    private var next: Instant
    private var number: UInt32 = 0
    private var isDue = false
    private var pending: [HostRequest]
    private(set) var receivedCount = 0
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    init(to remote: SocketAddress, every interval: Duration, size: Int, until end: Instant, profile: NetworkProfile) {
        self.remote = remote
        self.interval = interval
        self.size = size
        self.end = end
        self.profile = profile
        next = .origin + interval
        pending = [.setNetwork(profile), .openSocket(token: 1)]
    }

    var deadline: Instant? { next < end ? next : nil }

    func advance(to now: Instant) {
        guard now >= next else { return }
        next += interval
        isDue = true
    }

    func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {
        receivedCount += 1
        for value in [UInt64(datagram.bytes.bigEndian(at: 0, as: UInt32.self)), now.nanoseconds] {
            hash = (hash ^ value) &* 0x0000_0100_0000_01B3
        }
    }

    func receive(_ input: HostInput, now: Instant) {
        if case .socketOpened(_, let address) = input { local = address }
    }

    func nextDatagrams(into batch: inout DatagramBatch) -> Drain {
        guard isDue, let local else { return .drained }
        isDue = false
        number += 1
        batch.append(on: Path(local: local, remote: remote)) { slot in
            slot.storeBytes(of: number.bigEndian, as: UInt32.self)
            return size
        }
        return .drained
    }

    func nextRequest() -> HostRequest? {
        pending.isEmpty ? nil : pending.removeFirst()
    }
}
