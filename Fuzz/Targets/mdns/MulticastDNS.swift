import FuzzSupport
import RTCCore
import RTCICE
import RTCWire

/// Multicast DNS (RFC 6762): messages of anybody on the local network, alone and as answers to what a resolver asks.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let bytes = UnsafeRawBufferPointer(start: start, count: size)
    MulticastDNS.readAddresses(in: bytes.bytes) { name, address in
        promise(name.utf8.count <= 3 * 255, "a name is bounded: \(name.utf8.count)")
        promise(address.port == 0, "a record has no port")
    }
    let name = String(decoding: bytes.prefix(80), as: UTF8.self)
    if MulticastDNS.isName(name) { ask(name) }
    var input = FuzzInput(bytes)
    let asker = Asker()
    while !input.isEmpty { asker.step(&input) }
    asker.settle()
    return 0
}

private func ask(_ name: String) {
    let slot = UnsafeMutableRawBufferPointer.allocate(byteCount: 300, alignment: 1)
    defer { slot.deallocate() }
    let size = MulticastDNS.write(questionFor: name, .a, into: slot)
    promise(size > 17 && size <= 300, "a question has at most 300 bytes")
}

private final class Asker {
    private static let local = SocketAddress(ipv4: 0x0A00_0001, port: 5353)
    private var resolver = MulticastNameResolver()
    private let clock = FuzzClock(.origin)
    private var now: Instant { clock.now }
    private var sought = 0
    private var batch = DatagramBatch(capacity: 4)

    func step(_ input: inout FuzzInput) {
        switch input.below(6) {
        case 0:
            sought += 1
            resolver.resolve(input.byte() & 1 == 0 ? "a.local" : "host-\(input.byte()).local", now: now)
        case 1: resolver.socketOpened(Self.local, now: now)
        case 2: if input.byte() & 7 == 0 { resolver.socketFailed() } else { resolver.socketClosed() }
        case 3: advance(by: .milliseconds(Int64(input.below(8000))))
        default:
            let message = input.byte() & 1 == 0 ? response(&input) : input.chunk(upTo: 400)
            message.withUnsafeBytes { resolver.receive($0.bytes, now: now) }
        }
        drain()
    }

    func settle() {
        advance(by: .seconds(60))
        let (deadline, wantsSocket) = (resolver.deadline, resolver.wantsSocket)
        promise(deadline == nil && !wantsSocket, "no name is sought for ever")
    }

    private func response(_ input: inout FuzzInput) -> [UInt8] {
        let name = Array("a".utf8)
        var message: [UInt8] = [0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] + name + [5] + Array("local".utf8) + [0]
        message += [0, input.byte() & 1 == 0 ? 1 : 28, 0x80, 1, 0, 0, 0, 120, 0, input.byte() & 1 == 0 ? 4 : 16]
        message += [UInt8](repeating: 9, count: 16)
        if input.byte() & 1 == 0 { message[input.below(message.count)] ^= input.byte() }
        return message
    }

    private func advance(by duration: Duration) {
        clock.advance(by: duration, deadline: { resolver.deadline }) { now in
            resolver.advance(to: now)
            drain()
            return 0
        }
    }

    private func drain() {
        while true {
            let drain = resolver.nextDatagrams(into: &batch)
            batch.removeAll()
            if case .drained = drain { break }
        }
        while resolver.nextEvent() != nil { sought -= 1 }
        promise(sought >= 0, "one outcome at most for each name that is sought")
    }
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    let answer: [UInt8] =
        [0, 0, 0x84, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0x61, 5] + Array("local".utf8) + [0, 0, 1, 0x80, 1, 0, 0, 0, 120, 0, 4]
        + [10, 0, 0, 1, 0xC0, 12, 0, 28, 0x80, 1, 0, 0, 0, 120, 0, 16] + [UInt8](repeating: 1, count: 16)
    FuzzSeeds.writeIfAsked([
        answer, Array("3d5a2f60-8e0b-4c41-9d1c-2f6f0f2f5d10.local".utf8),
        [0, 0, 1, 4, 0, 0, 0, 1, 3, 31, 64, 0, 1, 7, 3, 4, 0, 2, 0], [0, 0, 1, 5, 1, UInt8(answer.count)] + answer,
    ])
    return 0
}
