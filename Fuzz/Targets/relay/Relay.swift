import FuzzSupport
import NetworkImpairment
import RTCCore
import RTCCrypto
import RTCICE
import RTCWire
import RelayCore

/// The TURN server of the simulation (RFC 8656) under clients and peers that keep no rule: by datagram and by stream, with and without
/// the password.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var input = FuzzInput(UnsafeRawBufferPointer(start: start, count: size))
    let clients = Clients(&input)
    while !input.isEmpty { clients.step(&input) }
    clients.settle()
    return 0
}

private final class Clients {
    private static let quota = 3
    private static let address = SocketAddress(ipv4: 0x0808_0808, port: 3478)
    private let key = IntegrityKey(username: "u", realm: Array("starling".utf8), password: "p")

    private let relay: RelayHost
    private let clock = FuzzClock(.seconds(1))
    private var now: Instant { clock.now }
    private var relayed: [SocketAddress] = []
    private var nextPort: UInt16 = 49_152
    private var streams: Set<UInt64> = []
    private var number: UInt64 = 0
    private var batch = DatagramBatch(capacity: 8)

    init(_ input: inout FuzzInput) {
        let choice = input.byte()
        var configuration = RelayConfiguration()
        configuration.users = ["u": "p"]
        configuration.quota = Self.quota
        if choice & 1 != 0 { configuration.alternate = SocketAddress(ipv4: 1, port: 1) }
        if choice & 2 != 0 { configuration.nonceLifetime = .seconds(5) }
        if choice & 4 != 0 { configuration.diesAt = .seconds(30) }
        relay = RelayHost(configuration)
        drain()
    }

    func step(_ input: inout FuzzInput) {
        let client = SocketAddress(ipv4: 0x0A00_0001, port: 5000 + UInt16(input.below(5)))
        let stream: UInt64? = input.byte() & 1 == 0 ? nil : UInt64(input.below(3))
        switch input.below(10) {
        case 0...4: give(request(&input), from: client, stream, &input)
        case 5:
            let bytes = input.chunk(upTo: 200)
            let size = input.byte() & 1 == 0 ? bytes.count : input.below(17_000)
            give([0x40, input.byte() & 3, UInt8(size >> 8), UInt8(size & 255)] + bytes, from: client, stream, &input)
        case 6: give(input.chunk(upTo: 3000), from: client, stream, &input)
        case 7:
            guard !relayed.isEmpty else { return }
            var bytes = input.byte() & 1 == 0 ? input.chunk() : [UInt8](repeating: 7, count: input.below(1501))
            let path = Path(local: relayed[input.below(relayed.count)], remote: SocketAddress(ipv4: 7, port: 7))
            bytes.withUnsafeMutableBytes {
                var span = $0.mutableBytes
                relay.receive(&span, on: path, arrivedAt: now, now: now)
            }
        case 8: advance(by: .milliseconds(Int64(input.below(60_000))))
        default:
            guard let stream else { return }
            if streams.remove(stream) != nil {
                relay.receive(.streamClosed(token: stream, reason: "gone"), now: now)
            }
        }
        drain()
        promise(relay.allocationCount <= Self.quota, "a user has no more allocations than it may: \(relay.allocationCount)")
        promise(relayed.count <= Self.quota, "sockets go with their allocations: \(relayed.count)")
    }

    func settle() {
        advance(by: .seconds(7200))
        promise(relayed.isEmpty || relay.deadline == nil, "nothing outlives its lifetime")
    }

    private func request(_ input: inout FuzzInput) -> [UInt8] {
        let methods: [STUNMethod] = [.allocate, .refresh, .createPermission, .channelBind, .send, .binding, .data]
        let method = methods[input.below(methods.count)]
        let choice = input.byte()
        let wild = input.byte()
        number += 1
        let classes: [STUNMessageClass] = [.request, .request, .indication, .success]
        let peer = SocketAddress(ipv4: 7, port: choice & 1 == 0 ? 7 : UInt16(wild))
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 8)
        defer { bytes.deallocate() }
        var writer = STUNWriter(
            bytes, method == .send ? .indication : classes[Int(wild & 3)], method,
            STUNTransactionID(high: 1, low: choice & 2 == 0 ? number : 1))
        if choice & 4 == 0 { writer.append(.requestedTransport, UInt32(choice & 8 == 0 ? 17 : wild) << 24) }
        if choice & 16 == 0 { writer.append(.xorPeerAddress, xor: peer) }
        if method == .channelBind { writer.append(.channelNumber, UInt32(0x4000 + UInt32(wild >> 2)) << 16) }
        if method == .refresh { writer.append(.lifetime, wild & 4 == 0 ? UInt32(0) : input.number()) }
        if method == .send {
            let data = [UInt8](repeating: 7, count: Int(wild) * 12)
            data.withUnsafeBytes { writer.append(.data, value: $0) }
        }
        writer.append(.username, bytes: Array((choice & 32 == 0 ? "u" : "nobody").utf8))
        writer.append(.realm, bytes: Array("starling".utf8))
        writer.append(.nonce, bytes: Array((choice & 64 == 0 ? "nonce-0" : "nonce-1").utf8))
        if choice & 128 == 0 { key.sign(&writer) }
        let size = writer.finish()
        return Array(bytes[..<size])
    }

    private func give(_ bytes: [UInt8], from client: SocketAddress, _ stream: UInt64?, _ input: inout FuzzInput) {
        var bytes = bytes
        guard let stream else {
            guard bytes.count <= 1500 else { return }
            bytes.withUnsafeMutableBytes {
                var span = $0.mutableBytes
                relay.receive(&span, on: Path(local: Self.address, remote: client), arrivedAt: now, now: now)
            }
            return
        }
        if !streams.contains(stream) {
            guard relay.accept(stream: stream, at: Self.address, from: client, now: now) else { return }
            streams.insert(stream)
        }
        if input.byte() & 1 == 0 { bytes += [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4) }
        bytes.withUnsafeMutableBytes {
            var span = $0.mutableBytes
            relay.receive(&span, onStream: stream, now: now)
        }
    }

    private func advance(by duration: Duration) {
        clock.advance(by: duration, deadline: { relay.deadline }) { now in
            relay.advance(to: now)
            drain()
            return 0
        }
    }

    private func drain() {
        while true {
            let drain = relay.nextDatagrams(into: &batch)
            for index in 0..<batch.count {
                if let stream = batch[index].stream { promise(streams.contains(stream), "nothing is said to whom is gone") }
            }
            batch.removeAll()
            if case .drained = drain { break }
        }
        while let request = relay.nextRequest() {
            switch request {
            case .openSocket(0): relay.receive(.socketOpened(token: 0, local: Self.address), now: now)
            case .openSocket(let token):
                nextPort = nextPort == .max ? 49_152 : nextPort + 1
                let local = SocketAddress(ipv4: 0x0808_0808, port: nextPort)
                relayed.append(local)
                relay.receive(.socketOpened(token: token, local: local), now: now)
                drain()
            case .closeSocket(let local): relayed.removeAll { $0 == local }
            case .closeStream(let stream): streams.remove(stream)
            default: fatalError("a TURN server asks for no \(request)")
            }
        }
    }
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    FuzzSeeds.writeIfAsked([
        // Allocated, permitted, bound, traffic both ways, refreshed, released.
        [
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 5, 4, 1, 2, 3, 4, 0, 0, 0, 0, 7, 0, 4, 1, 2, 3, 4, 0,
            0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0,
        ],
        // By stream, with ChannelData of any length, and gone.
        [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 3, 0, 0, 0, 0, 1, 0, 5, 200, 1, 1, 60, 0, 0, 0, 1, 0, 9],
        [2, 0, 0, 0, 0, 0, 0, 0, 8, 40, 0, 0, 0, 0, 2, 64, 0], [1, 0, 0, 0, 0, 0, 0], [4, 0, 0, 0, 0, 0, 0, 0, 8, 255, 255],
    ])
    return 0
}
