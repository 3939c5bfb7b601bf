import FuzzSupport
import RTCCore
import RTCPeer
import RTCWire

/// What puts a stream together and mends it: receiver with assembler, jitter and repair; retransmission buffer; transport-wide book.
/// Numbers and times jump as the fuzzer likes.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var input = FuzzInput(UnsafeRawBufferPointer(start: start, count: size))
    let bench = Bench(&input)
    while !input.isEmpty { bench.step(&input) }
    bench.settle()
    return 0
}

private final class Bench {
    private var receiver: RTPStreamReceiver
    private var sender: RTPStreamSender
    private var transport = TransportWideReceiver()
    private var assembler = FrameAssembler(capacity: 128)
    private let kind: MediaKind
    private let clock = FuzzClock(.seconds(1))
    private var now: Instant { clock.now }
    private var sequence: UInt16 = 65_000
    private var timestamp: UInt32 = 0
    private var assemblerSequence: Int64 = 70_000
    private let payload = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 8)
    private let slab = UnsafeMutableRawBufferPointer.allocate(byteCount: 2048, alignment: 8)
    private var random = SplitMix64(seed: 1)
    private var delivered: UInt64 = 0

    init(_ input: inout FuzzInput) {
        let choice = input.byte()
        kind = choice & 1 == 0 ? .video : .audio
        receiver = RTPStreamReceiver(kind: kind, clockRate: kind == .video ? 90_000 : 48_000)
        receiver.usesNack = choice & 2 == 0
        receiver.usesPictureLoss = choice & 4 == 0
        receiver.bind(to: 5)
        sender = RTPStreamSender(kind: kind, cname: "n", random: &random)
        sender.usesNack = true
        sender.send(0, rtxPayloadType: choice & 8 == 0 ? 97 : nil)
        for index in payload.indices { payload[index] = UInt8(truncatingIfNeeded: index) }
    }

    deinit {
        payload.deallocate()
        slab.deallocate()
    }

    func step(_ input: inout FuzzInput) {
        switch input.below(12) {
        case 0, 1, 2, 3: receive(&input)
        case 4: advance(by: .milliseconds(Int64(input.below(256))))
        case 5: advance(by: .seconds(Int64(input.below(60_000))))
        case 6: send(&input)
        case 7: ask(&input)
        case 8: transport.receive(input.number(), arrivedAt: now, now: now)
        case 9: assemble(&input)
        case 10:
            receiver.receiveSenderReport(
                ntp: input.number(), rtp: input.number(), packetCount: input.number(), octetCount: input.number(), arrivedAt: now)
        default:
            switch input.below(4) {
            case 0: receiver.flush()
            case 1: receiver.bind(to: input.number())
            case 2: receiver.stopRepairs()
            default: _ = sender.timestamp(at: now, clockRate: 90_000)
            }
        }
        drain()
    }

    func settle() {
        receiver.flush()
        assembler.flush { _, _ in }
        drain()
        advance(by: .seconds(3600))
    }

    private func receive(_ input: inout FuzzInput) {
        let choice = input.byte()
        sequence = choice & 0x80 != 0 ? input.number() : sequence &+ UInt16(choice & 3)
        if choice & 4 != 0 { timestamp = choice & 0x40 != 0 ? input.number() : timestamp &+ 3000 }
        let body = choice & 8 == 0 ? [0x90, 0x80, 0x80, choice, choice & 16, 0, 0] : input.chunk(upTo: 64)
        let arrival = choice & 0x20 == 0 ? now : now - .milliseconds(Int64(input.byte()))
        for (index, byte) in body.enumerated() { payload[index] = byte }
        receiver.receive(
            UnsafeRawBufferPointer(rebasing: payload[..<body.count]), sequenceNumber: sequence, timestamp: timestamp,
            marker: choice & 2 != 0, headerSize: 12, payloadType: choice & 16 == 0 ? 96 : nil,
            format: PayloadFormat.allCases[Int(choice) % PayloadFormat.allCases.count], overRTX: choice & 16 != 0,
            arrivedAt: arrival, now: now)
    }

    private func assemble(_ input: inout FuzzInput) {
        let choice = input.byte()
        assemblerSequence += choice & 0x80 == 0 ? Int64(choice & 7) - 2 : Int64(Int16(bitPattern: input.number()))
        assemblerSequence = max(0, assemblerSequence)
        _ = assembler.insert(
            sequence: assemblerSequence, timestamp: UInt32(choice >> 3 & 3), fingerprint: .empty,
            start: choice & 8 != 0 ? .yes : choice & 64 != 0 ? .untold : .no,
            isLast: choice & 16 != 0, isKey: choice & 32 != 0, arrivedAt: now, isDelivered: choice & 64 != 0
        ) { frame, sequences in
            promise(sequences?.count ?? 1 == frame.packetCount, "a frame has the packets that it counts")
            promise(frame.packetCount >= 1 && frame.packetCount <= 128, "a frame lies inside the window: \(frame.packetCount)")
        }
    }

    private func send(_ input: inout FuzzInput) {
        let packets = 1 + input.below(8)
        _ = sender.enqueue(
            OutgoingFrame(captureTime: now, mediaTime: timestamp, isKey: input.byte() & 1 == 0), packetCount: packets,
            packetAt: { index in
                OutgoingPacket(
                    payload: UnsafeRawBufferPointer(rebasing: payload[..<20]), isFirstOfFrame: index == 0,
                    isLastOfFrame: index == packets - 1)
            }, wallClock: .simulation, now: now)
        while let waiting = sender.nextWaiting {
            sender.removeFirstWaiting()
            sender.recordSent(
                waiting, headerSize: 20, payloadSize: 24, transportSequence: 0, carriesMid: false, absSendTime: 0, now: now)
        }
    }

    private func ask(_ input: inout FuzzInput) {
        let first: UInt16 =
            input.byte() & 1 == 0 ? UInt16(truncatingIfNeeded: sender.firstSequence) &+ UInt16(input.byte()) : input.number()
        for number in 0..<UInt16(input.below(2000)) { sender.retransmit(first &+ number, now: now, minimumGap: .milliseconds(5)) }
        promise(sender.queue.count <= 4096, "what waits to be sent is bounded")
        while let waiting = sender.nextWaiting {
            sender.removeFirstWaiting()
            sender.recordSent(
                waiting, headerSize: 20, payloadSize: 24, transportSequence: 0, carriesMid: false, absSendTime: 0, now: now)
        }
    }

    private func advance(by duration: Duration) {
        clock.advance(by: duration, deadline: { earliest(receiver.deadline, transport.deadline) }) { now in
            var asked = 0
            receiver.advance(
                to: now, roundTripTime: .milliseconds(30), nackRequest: { _ in asked += 1 }, pictureLossRequest: { asked += 1 })
            promise(asked <= 400, "requests at one moment are bounded: \(asked)")
            if transport.advance(to: now, senderSSRC: 1, mediaSSRC: 2) {
                asked += 1
                var writer = ByteWriter(slab)
                promise(transport.waitingSize <= 1100, "a feedback fits a datagram: \(transport.waitingSize)")
                transport.write(into: &writer)
                promise(RTCPCompound.parse(writer.written.bytes, { _ in }) == 0, "a feedback can be read")
            }
            return asked
        }
        if let report = receiver.takeReport(now: now) { promise(report.fractionLost <= 255, "a share of all") }
        _ = receiver.snapshot(at: now)
        _ = sender.snapshot(at: now)
    }

    private func drain() {
        while let frame = receiver.nextFrame() {
            delivered += 1
            promise(frame.packetCount >= 1 && frame.packetCount <= 1024, "a frame lies inside the window: \(frame.packetCount)")
        }
    }
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    let steady: [UInt8] = (0..<24).flatMap { [UInt8(0), $0 % 3 == 0 ? 7 : 1] }
    FuzzSeeds.writeIfAsked([
        [0] + steady + [4, 200, 5, 0, 1], [1] + steady + [4, 20], [0, 0, 1, 0, 3, 0, 3, 4, 9, 4, 40, 0, 0x81, 200, 1, 4, 255],
        [0, 6, 3, 1, 7, 0, 0, 0, 100, 7, 0, 0, 7, 208, 6, 7, 0, 7, 1, 1, 0, 255], [0, 8, 0, 1, 8, 0, 9, 4, 255, 8, 4, 0, 4, 255],
        [2, 9, 0x0A, 9, 0x11, 9, 0x18, 9, 0x81, 127, 255, 9, 8],
        [0, 10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 5, 255, 255, 11, 0, 11, 1],
    ])
    return 0
}
