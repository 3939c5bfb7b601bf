import FuzzSupport
import MediaFiles
import MediaTracks
import RTCCore
import RTCWire

/// Files of VP9, AV1 and H.264 on their whole way: read, packed as RTP has them (RFC 9628, RFC 6184, AV1 in RTP), damaged, and read again.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let input = UnsafeRawBufferPointer(start: start, count: size)
    guard size > 2 else { return 0 }
    let bytes = Array(input[2...])
    let limit = 64 + Int(input[0]) * 5
    let video: EncodedVideo?
    switch MediaFileKind(sniffing: bytes) {
    case .ivf: video = try? IVFReader.read(bytes, name: "a.ivf")
    case .annexB: video = try? AnnexBReader.read(bytes, name: "a.h264")
    default: video = nil
    }
    guard let video, let format = format(of: video.codec) else { return 0 }
    for index in video.frames.indices.prefix(16) {
        let frame = PacketizedFrame(video, frame: index, limit: limit)
        var sum = FrameFingerprint.empty
        for (number, packet) in frame.packets.enumerated() {
            promise(packet.bytes.count <= limit, "a packet has at most \(limit) bytes, not \(packet.bytes.count)")
            var payload = descriptor(packet.descriptor, isFirst: number == 0) + packet.bytes
            guard let facts = payload.withUnsafeBytes({ VideoPayload.parse($0, format: format) }) else {
                fatalError("a packet of our own cannot be read: \(format) \(payload.prefix(40))")
            }
            promise(number == 0 || facts.start != .yes, "packet \(number) begins no frame")
            sum.append(facts.fingerprint)
            let place = Int(input[1]) % payload.count
            payload[place] ^= 1 << (input[1] & 7)
            _ = payload.withUnsafeBytes { VideoPayload.parse($0, format: format) }
            _ = payload[..<place].withUnsafeBytes { VideoPayload.parse($0, format: format) }
        }
        promise(sum == frame.fingerprint, "what a receiver puts together is what was packed: \(format), frame \(index)")
    }
    return 0
}

private func format(of codec: VideoCodec) -> PayloadFormat? {
    switch codec {
    case .vp8: .vp8
    case .vp9: .vp9
    case .h264: .h264
    case .av1: .av1
    }
}

/// What a sender writes in front.
private func descriptor(_ running: RunningDescriptor, isFirst: Bool) -> [UInt8] {
    switch running {
    case .none: []
    case .vp8: [isFirst ? 0x90 : 0x80, 0x80, 0x80, 0x01]
    case .vp9(let flags): [flags, 0x80, 0x01, 0, 1]
    }
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    FuzzSeeds.writeIfAsked(try seeds(), words: ["DKIF", "VP90", "AV01", "\u{0}\u{0}\u{1}", "\u{12}\u{0}"])
    return 0
}

/// The beginnings of the fixtures, with shorter frames.
private func seeds() throws -> [[UInt8]] {
    let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
    let pictures = try MediaFileBytes.read(path: root + "/fixtures/pattern.h264")
    let vp9 = try shortened(MediaFileBytes.read(path: root + "/fixtures/pattern-vp9.ivf")) { $0.prefix(180) }
    let av1 = try shortened(MediaFileBytes.read(path: root + "/fixtures/pattern-av1.ivf"), shortUnits)
    return [Array(pictures[..<700]), Array(pictures[..<6000]), vp9, av1].flatMap { [[1, 0] + $0, [200, 77] + $0] }
}

private func shortened(_ file: [UInt8], _ shorten: (ArraySlice<UInt8>) -> ArraySlice<UInt8>) -> [UInt8] {
    var result = Array(file[..<32])
    var offset = 32
    for _ in 0..<4 {
        let size = (0..<4).reduce(0) { $0 | Int(file[offset + $1]) << (8 * $1) }
        let frame = shorten(file[(offset + 12)..<(offset + 12 + size)])
        result += [UInt8(frame.count & 255), UInt8(frame.count >> 8), 0, 0] + file[(offset + 4)..<(offset + 12)] + frame
        offset += 12 + size
    }
    return result
}

/// OBUs of 100 bytes at most, each with its size.
private func shortUnits(_ frame: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var result: [UInt8] = []
    var rest = frame
    while let unit = AV1OpenBitstreamUnit(rest.span.bytes), unit.hasSize,
        let (size, end) = AV1OpenBitstreamUnit.readLEB128(rest.span.bytes, at: unit.headerSize)
    {
        let body = rest.dropFirst(end).prefix(min(size, 100))
        result += rest.prefix(unit.headerSize) + [UInt8(body.count)] + body
        rest = rest.dropFirst(end + size)
    }
    return result[...]
}
