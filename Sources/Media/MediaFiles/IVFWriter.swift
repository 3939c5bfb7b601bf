/// Writes IVF.
public enum IVFWriter {
    /// A whole file of VP8 or VP9; times are rounded to the video's ``EncodedVideo/timebase``.
    public static func write(_ video: EncodedVideo) -> [UInt8] {
        precondition(video.codec == .vp8 || video.codec == .vp9, "only frames of one part are written")
        var file: [UInt8] = []
        file.reserveCapacity(IVFReader.headerSize + video.bytes.count + video.frames.count * IVFReader.frameHeaderSize)
        file += Array("DKIF".utf8)
        file.append(littleEndian: UInt16(0))
        file.append(littleEndian: UInt16(IVFReader.headerSize))
        file += Array((IVFReader.codecs.first { $0.codec == video.codec }?.name ?? "").utf8)
        file.append(littleEndian: UInt16(clamping: video.width))
        file.append(littleEndian: UInt16(clamping: video.height))
        file.append(littleEndian: video.timebase.rate)
        file.append(littleEndian: video.timebase.scale)
        file.append(littleEndian: UInt32(clamping: video.frames.count))
        file.append(littleEndian: UInt32(0))
        for frame in video.frames {
            file.append(littleEndian: UInt32(clamping: frame.range.count))
            file.append(littleEndian: video.timebase.units(frame.presentationTime) ?? 0)
            file += video.bytes[frame.range]
        }
        return file
    }
}
