import FuzzSupport
import RTCCore
import RTCCrypto
import RTCWire

/// SRTP and SRTCP under known keys (RFC 3711, RFC 7714): the fuzzer decides what is sent, damaged, cut, repeated and forged. Both
/// libraries must agree on each packet, only what was sent comes out, and each of it once.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var input = FuzzInput(UnsafeRawBufferPointer(start: start, count: size))
    let profiles = SRTPProfile.preferred
    let profile = profiles[input.below(profiles.count)]
    guard let exchange = try? Exchange(profile) else { fatalError("no session for \(profile)") }
    while !input.isEmpty { exchange.step(&input) }
    return 0
}

private final class Exchange {
    private let profile: SRTPProfile
    private var sender: SRTPSender
    private var receiver: SRTPReceiver
    private var other: SRTPReceiver
    private var sent: [[UInt8]] = []
    private var sentControl: [[UInt8]] = []
    private var plain: [[UInt8]] = []
    private var delivered: Set<[UInt8]> = []
    private var nextIndex: UInt64 = 1

    init(_ profile: SRTPProfile) throws {
        self.profile = profile
        let key = (0..<UInt8(profile.keySize)).map { $0 }
        let salt = (0..<UInt8(profile.saltSize)).map { $0 ^ 0xFF }
        sender = try SRTPSender(profile: profile, key: key, salt: salt)
        receiver = try SRTPReceiver(profile: profile, key: key, salt: salt)
        other = try SRTPReceiver(profile: profile, key: key, salt: salt, backend: .libsrtp2)
    }

    func step(_ input: inout FuzzInput) {
        switch input.below(8) {
        case 0, 1: protect(&input)
        case 2: protectControl(&input)
        case 3, 4:
            guard !sent.isEmpty else { return }
            open(sent[input.below(sent.count)])
        case 5:
            guard !sentControl.isEmpty else { return }
            openControl(sentControl[input.below(sentControl.count)])
        case 6:
            guard !sent.isEmpty else { return }
            open(damaged(sent[input.below(sent.count)], &input))
        default:
            let bytes =
                input.byte() & 1 == 0 && !sentControl.isEmpty
                ? damaged(sentControl[input.below(sentControl.count)], &input) : input.chunk()
            if input.byte() & 1 == 0 { open(bytes) } else { openControl(bytes) }
        }
    }

    private func damaged(_ bytes: [UInt8], _ input: inout FuzzInput) -> [UInt8] {
        var bytes = bytes
        switch input.below(3) {
        case 0 where !bytes.isEmpty: bytes[input.below(bytes.count)] ^= max(1, input.byte())
        case 1: bytes.removeLast(min(bytes.count, 1 + input.below(40)))
        default: bytes += input.chunk(upTo: 40) + [0]
        }
        return bytes
    }

    private func protect(_ input: inout FuzzInput) {
        // Steps that a receiver can follow: further ones would make it guess another rollover (RFC 3711 §3.3.1).
        nextIndex += 1 + UInt64(input.below(256) * input.below(64))
        let ssrc = UInt32(1 + input.below(3))
        let header = RTPHeader(
            payloadType: 96, sequenceNumber: UInt16(truncatingIfNeeded: nextIndex), timestamp: 0, ssrc: ssrc, marker: false)
        let payload = input.chunk()
        let slab = UnsafeMutableRawBufferPointer.allocate(byteCount: 400, alignment: 8)
        defer { slab.deallocate() }
        let headerSize = RTPHeaderWriter.write(header, extensions: RTPExtensionValues(), map: RTPExtensionMap(), into: slab)
        let head = Array(slab[..<headerSize])
        let size = head.withUnsafeBytes { head in
            payload.withUnsafeBytes { payload in
                sender.protect(
                    header: head, prefix: UnsafeRawBufferPointer(start: nil, count: 0), payload: payload, ssrc: ssrc,
                    index: nextIndex, into: slab)
            }
        }
        promise(size == headerSize + payload.count + profile.rtpOverhead, "a packet grows by its overhead")
        sent.append(Array(slab[..<size]))
        plain.append(payload)
    }

    private func protectControl(_ input: inout FuzzInput) {
        let compound: [UInt8] = [0x80, 201, 0, 1, 0, 0, 0, UInt8(1 + input.below(3))] + input.chunk(upTo: 200)
        let slab = UnsafeMutableRawBufferPointer.allocate(byteCount: 400, alignment: 8)
        defer { slab.deallocate() }
        let size = compound.withUnsafeBytes { sender.protectRTCP($0, into: slab) }
        promise(size == compound.count + profile.rtcpOverhead, "a report grows by its overhead")
        sentControl.append(Array(slab[..<size]))
    }

    private func open(_ bytes: [UInt8]) {
        var mine = bytes
        var theirs = bytes
        guard let header = mine.withUnsafeBytes({ try? RTPHeader.parse($0.bytes) }) else { return }
        let result = mine.withUnsafeMutableBytes {
            receiver.unprotect($0, headerSize: header.headerSize, ssrc: header.ssrc, sequenceNumber: header.sequenceNumber)
        }
        let second = theirs.withUnsafeMutableBytes {
            other.unprotect($0, headerSize: header.headerSize, ssrc: header.ssrc, sequenceNumber: header.sequenceNumber)
        }
        guard case .packet(let range, _) = result else {
            if case .packet = second { fatalError("libsrtp2 takes what libcrypto refuses: \(result)") }
            return
        }
        guard case .packet(let otherRange, _) = second, range == otherRange, mine[range] == theirs[otherRange] else {
            fatalError("libsrtp2 does not read what libcrypto reads: \(second)")
        }
        guard let place = sent.firstIndex(of: bytes) else { fatalError("a packet came out that was never sent") }
        promise(Array(mine[range]) == plain[place], "what comes out is what went in")
        promise(delivered.insert(bytes).inserted, "a packet is delivered once")
    }

    private func openControl(_ bytes: [UInt8]) {
        var mine = bytes
        var theirs = bytes
        let result = mine.withUnsafeMutableBytes { receiver.unprotectRTCP($0) }
        let second = theirs.withUnsafeMutableBytes { other.unprotectRTCP($0) }
        guard case .packet(let size) = result else {
            if case .packet = second { fatalError("libsrtp2 takes what libcrypto refuses: \(result)") }
            return
        }
        guard case .packet(size) = second, mine[..<size] == theirs[..<size] else {
            fatalError("libsrtp2 does not read what libcrypto reads: \(second)")
        }
        promise(sentControl.contains(bytes), "a report came out that was never sent")
        promise(delivered.insert(bytes).inserted, "a report is delivered once")
    }
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    let seeds = (UInt8(0)..<4).map { profile -> [UInt8] in
        [profile] + [
            0, 1, 1, 0, 4, 1, 2, 3, 4, 2, 0, 3, 9, 9, 9, 3, 0, 3, 0, 5, 0, 5, 0, 6, 0, 0, 12, 1, 6, 0, 1, 3, 7, 0, 0, 0, 1, 0,
        ]
    }
    FuzzSeeds.writeIfAsked(seeds)
    return 0
}
