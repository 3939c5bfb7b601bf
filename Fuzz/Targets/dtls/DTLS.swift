import FuzzSupport
import RTCCore
import RTCCrypto

/// Two DTLS endpoints (RFC 6347) and somebody between them who decides, datagram by datagram, what arrives: whole, damaged, cut, twice,
/// out of order, or made up; and when time goes by.
///
/// Whatever happens, an end that says it is connected has seen the certificate that it was told of, and both derive the same keys.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var input = FuzzInput(UnsafeRawBufferPointer(start: start, count: size))
    let middle = Middle(&input)
    while !input.isEmpty { middle.step(&input) }
    middle.settle()
    return 0
}

/// Making certificates takes far longer than anything else here. One thread is all that a fuzzer has.
nonisolated(unsafe) private let material = Material()

private struct Material {
    let context: DTLSContext
    let client: Certificate
    let server: Certificate
    let stranger: Certificate

    init() {
        do {
            context = try DTLSContext(entropy: .seeded(1), clock: .simulation)
            let now = WallClock.simulation.unixSeconds(at: .origin)
            client = try Certificate.generate(unixSeconds: now, entropy: .seeded(2))
            server = try Certificate.generate(unixSeconds: now, entropy: .seeded(3))
            stranger = try Certificate.generate(unixSeconds: now, entropy: .seeded(4))
        } catch {
            fatalError("\(error)")
        }
    }
}

private final class Middle {
    private var client: DTLSEndpoint
    private var server: DTLSEndpoint
    private var flights: [(bytes: [UInt8], toServer: Bool)] = []
    private let clock = FuzzClock(.seconds(1))
    private var now: Instant { clock.now }
    private let expectsStranger: (byClient: Bool, byServer: Bool)
    private let slot = UnsafeMutableRawBufferPointer.allocate(byteCount: 2048, alignment: 8)

    init(_ input: inout FuzzInput) {
        let choice = input.byte()
        client = DTLSEndpoint(context: material.context, certificate: material.client, role: .client, seed: 1, now: .seconds(1))
        server = DTLSEndpoint(context: material.context, certificate: material.server, role: .server, seed: 2, now: .seconds(1))
        expectsStranger = (choice & 1 != 0, choice & 2 != 0)
        if choice & 4 == 0 { introduceServer() }
        if choice & 8 == 0 { introduceClient() }
        client.start(now: now)
        drain()
    }

    deinit {
        slot.deallocate()
    }

    private func introduceServer() {
        client.setRemoteFingerprints([(expectsStranger.byClient ? material.stranger : material.server).fingerprint])
    }

    private func introduceClient() {
        server.setRemoteFingerprints([(expectsStranger.byServer ? material.stranger : material.client).fingerprint])
    }

    func step(_ input: inout FuzzInput) {
        switch input.below(12) {
        case 0, 1, 2, 3: deliver(takeFlight(at: input.below(2)))
        case 4:
            guard let flight = takeFlight(at: input.below(4)) else { return }
            deliver(flight)
            deliver(flight)
        case 5: _ = takeFlight(at: 0)
        case 6:
            guard var flight = takeFlight(at: input.below(4)), !flight.bytes.isEmpty else { return }
            for _ in 0...input.below(3) { flight.bytes[input.below(flight.bytes.count)] ^= max(1, input.byte()) }
            deliver(flight)
        case 7:
            guard var flight = flights.first, !flight.bytes.isEmpty else { return }
            flight.bytes.removeLast(1 + input.below(flight.bytes.count))
            deliver(flight)
        case 8:
            let content = UInt8(20 + input.below(6))
            let body = input.chunk(upTo: 400)
            let epoch = UInt8(input.below(3))
            let head: [UInt8] = [
                content, 0xFE, 0xFD, 0, epoch, 0, 0, 0, 0, 0, input.byte(), UInt8(body.count >> 8), UInt8(body.count & 255),
            ]
            deliver((head + body, input.byte() & 1 == 0))
        case 9: deliver((input.chunk(), input.byte() & 1 == 0))
        case 10: advance(by: .milliseconds(Int64(input.below(5000))))
        default:
            switch input.below(5) {
            case 0: introduceServer()
            case 1: introduceClient()
            case 2: client.close(now: now)
            case 3: server.close(now: now)
            default:
                let bytes = input.chunk()
                bytes.withUnsafeBytes { _ = client.send($0.bytes, now: now) }
            }
        }
        drain()
        check()
    }

    func settle() {
        for _ in 0..<12 {
            while let flight = takeFlight(at: 0) {
                deliver(flight)
                drain()
            }
            advance(by: .seconds(8))
            check()
        }
    }

    private func check() {
        let connected = (client.state == .connected, server.state == .connected)
        if connected.0 { promise(!expectsStranger.byClient, "the client takes no stranger for the server") }
        if connected.1 { promise(!expectsStranger.byServer, "the server takes no stranger for the client") }
        guard connected.0, connected.1, let mine = client.srtpKeys, let theirs = server.srtpKeys else { return }
        promise(
            mine.profile == theirs.profile && mine.localKey == theirs.remoteKey && mine.remoteSalt == theirs.localSalt,
            "both ends derive the same keys")
    }

    private func takeFlight(at index: Int) -> (bytes: [UInt8], toServer: Bool)? {
        index < flights.count ? flights.remove(at: index) : flights.isEmpty ? nil : flights.removeFirst()
    }

    private func deliver(_ flight: (bytes: [UInt8], toServer: Bool)?) {
        guard let flight else { return }
        if flight.toServer {
            server.receive(flight.bytes.span.bytes, now: now)
        } else {
            client.receive(flight.bytes.span.bytes, now: now)
        }
    }

    private func advance(by duration: Duration) {
        clock.advance(by: duration, deadline: { earliest(client.deadline, server.deadline) }) { now in
            client.advance(to: now)
            server.advance(to: now)
            return drain()
        }
    }

    @discardableResult
    private func drain() -> Int {
        var count = 0
        while case let size = client.nextDatagram(into: slot), size > 0 {
            promise(size <= DTLSEndpoint.longestDatagram, "a flight fits its datagrams")
            flights.append((Array(slot[..<size]), true))
            count += 1
        }
        while case let size = server.nextDatagram(into: slot), size > 0 {
            flights.append((Array(slot[..<size]), false))
            count += 1
        }
        if flights.count > 256 { flights.removeFirst(flights.count - 256) }
        while server.nextApplicationData(into: slot) > 0 { count += 1 }
        while client.nextApplicationData(into: slot) > 0 { count += 1 }
        return count
    }
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    FuzzSeeds.writeIfAsked([
        [0] + [UInt8](repeating: 0, count: 60), [1] + [UInt8](repeating: 0, count: 60), [2] + [UInt8](repeating: 0, count: 60),
        [12, 0, 0, 0, 0, 0, 0, 0, 0, 11, 0, 11, 1, 0, 0, 0, 0], [0, 4, 0, 4, 1, 5, 10, 4, 0, 4, 0, 6, 0, 1, 3, 255],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11, 4, 3, 1, 2, 3, 0, 0, 8, 3, 4, 1, 2, 3, 4, 1, 9, 0, 11, 2, 0, 0],
    ])
    return 0
}
