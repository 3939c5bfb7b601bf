import FuzzSupport
import MediaFiles
import RTCCore
import RTCWire

/// What stands at the front of media payloads: the descriptors and headers of VP8 (RFC 7741, RFC 6386), VP9 (RFC 9628), H.264 (RFC 6184)
/// and AV1, the packing of Opus (RFC 6716),
/// each as RTP and as files bring them.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let input = UnsafeRawBufferPointer(start: start, count: size)
    readVP8(input)
    _ = try? RTCWire.VP8FrameHeader.parse(input.bytes)
    if let opus = try? OpusPacket.parse(input.bytes) {
        promise((1...48).contains(opus.frameCount) && (120...5760).contains(opus.duration), "no packet lasts longer than 120 ms")
    }
    for format in PayloadFormat.allCases {
        guard let video = VideoPayload.parse(input, format: format) else { continue }
        // A fragment's unit header is put together from two bytes that are left out.
        promise(Int(video.fingerprint.size) <= input.count, "a share of a frame is no longer than its packet")
    }
    if let descriptor = try? VP9PayloadDescriptor.parse(input.bytes) {
        promise(descriptor.size <= input.count, "the descriptor lies inside the payload")
    }
    _ = H264SequenceParameters(input.bytes)
    _ = H264NALUnit.sliceHeader(input.bytes)
    _ = AV1SequenceHeader(input.bytes)
    _ = try? VP9FrameHeader.parse(input.bytes)
    _ = VP9FrameHeader.isSuperframe(input.bytes)
    let bytes = Array(input)
    _ = MediaFiles.VP8FrameHeader(bytes[...])
    let inFile = OpusPacketHeader(bytes[...])
    promise((inFile == nil) == ((try? OpusPacket.parse(input.bytes)) == nil), "files and calls take the same packets for Opus")
    if let inFile { promise((1...5760).contains(inFile.duration), "no packet lasts longer than 120 ms") }
    return 0
}

private func readVP8(_ input: UnsafeRawBufferPointer) {
    guard let descriptor = try? VP8PayloadDescriptor.parse(input.bytes) else { return }
    promise(descriptor.size <= input.count, "the descriptor lies inside the payload")
    _ = VP8PayloadDescriptor.isKeyFrame(UnsafeRawBufferPointer(rebasing: input[descriptor.size...]).bytes)
    let slab = UnsafeMutableRawBufferPointer.allocate(byteCount: VP8PayloadDescriptor.maximumSize, alignment: 1)
    defer { slab.deallocate() }
    let size = descriptor.write(into: slab)
    promise(size == descriptor.size, "a descriptor has the size that it says")
    promise(
        (try? VP8PayloadDescriptor.parse(UnsafeRawBufferPointer(rebasing: slab[..<size]).bytes)) == descriptor,
        "a descriptor survives being written: \(descriptor)")
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    FuzzSeeds.writeIfAsked(seeds())
    return 0
}

private func seeds() -> [[UInt8]] {
    let descriptors = [
        VP8PayloadDescriptor(
            startOfPartition: true, pictureID: 0x1234, tl0PicIdx: 1, temporalID: 2, layerSync: true, keyIndex: 3),
        VP8PayloadDescriptor(startOfPartition: true, pictureID: 5),
        VP8PayloadDescriptor(startOfPartition: false, partitionIndex: 2),
    ]
    let keyFrame: [UInt8] = [0x10, 2, 0, 0x9D, 0x01, 0x2A, 0x40, 0x01, 0xF0, 0x00, 1, 2, 3]
    let slab = UnsafeMutableRawBufferPointer.allocate(byteCount: VP8PayloadDescriptor.maximumSize, alignment: 1)
    defer { slab.deallocate() }
    let video = descriptors.map { descriptor in Array(slab[..<descriptor.write(into: slab)]) + keyFrame }
    // One frame, two of one size, two of different ones, and many with padding.
    let audio: [[UInt8]] = [
        [0x78, 1, 2, 3], [0x79, 1, 2, 3, 4], [0x7A, 2, 1, 2, 3, 4], [0x7B, 0x43, 2, 1, 2, 3, 0, 0],
        [0x7B, 0x83, 1, 2, 1, 2, 3, 4],
    ]
    return video + [keyFrame] + audio
}
