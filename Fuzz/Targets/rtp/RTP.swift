import FuzzSupport
import RTCCore
import RTCWire

/// RTP headers and their extensions (RFC 3550 §5.1, RFC 8285): the first byte chooses what was negotiated, the rest is the packet.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let input = UnsafeRawBufferPointer(start: start, count: size)
    guard let choice = input.first else { return 0 }
    let packet = UnsafeRawBufferPointer(rebasing: input[1...])
    _ = DatagramKind(packet.bytes)
    guard let header = try? RTPHeader.parse(packet.bytes) else { return 0 }
    promise(header.headerSize <= packet.count, "the header lies inside the packet")
    promise(header.extensionRange.upperBound <= header.headerSize, "the extensions lie inside the header")
    if let payload = header.payloadRange(in: packet.bytes) {
        promise(
            payload.lowerBound >= header.headerSize && payload.upperBound <= packet.count, "the payload lies inside the packet")
    }
    let map = map(choice)
    let values = RTPExtensionValues.parse(packet.bytes, header: header, map: map)
    let slab = UnsafeMutableRawBufferPointer.allocate(byteCount: RTPHeaderWriter.maximumSize, alignment: 8)
    defer { slab.deallocate() }
    let written = RTPHeaderWriter.write(header, extensions: values, map: map, into: slab)
    promise(written > 0, "what was read fits into the largest header")
    let copy = UnsafeRawBufferPointer(rebasing: slab[..<written])
    guard let again = try? RTPHeader.parse(copy.bytes) else { fatalError("what was written cannot be read") }
    promise(RTPExtensionValues.parse(copy.bytes, header: again, map: map) == values, "extensions survive being written")
    promise(again.ssrc == header.ssrc && again.sequenceNumber == header.sequenceNumber, "the header survives being written")
    return 0
}

/// Every extension, with ids of the one-byte form, of the two-byte form, or turned round.
private func map(_ choice: UInt8) -> RTPExtensionMap {
    var map = RTPExtensionMap()
    for (index, element) in RTPExtension.allCases.enumerated() {
        let id = UInt8(index + 1)
        switch choice % 4 {
        case 0: map[element] = id
        case 1: map[element] = 255 - id
        case 2: map[element] = id &* 13
        default: map[element] = UInt8(RTPExtension.allCases.count - index)
        }
    }
    return map
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    FuzzSeeds.writeIfAsked(seeds())
    return 0
}

private func seeds() -> [[UInt8]] {
    var values = RTPExtensionValues()
    values.transportSequenceNumber = 7
    values.absSendTime = 0x123456
    values.absCaptureTime = 1 << 60
    values.captureClockOffset = -5
    values.audioLevel = .init(voice: true, level: 30)
    values.videoOrientation = 1
    values.playoutDelay = .init(minimum: 1, maximum: 100)
    values.transmissionOffset = -1
    values.mid = InlineText("0")
    values.rid = InlineText("high")
    values.rrid = InlineText("repairs")
    let header = RTPHeader(payloadType: 96, sequenceNumber: 65_535, timestamp: 1 << 31, ssrc: 0x1234_5678, marker: true)
    var seeds: [[UInt8]] = []
    for choice in UInt8(0)..<4 {
        for extensions in [values, RTPExtensionValues()] {
            let slab = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 8)
            defer { slab.deallocate() }
            let size = RTPHeaderWriter.write(header, extensions: extensions, map: map(choice), into: slab)
            seeds.append([choice] + slab[..<size] + [1, 2, 3, 4])
        }
    }
    return seeds
}
