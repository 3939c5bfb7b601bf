package import MediaFiles
package import RTCCore
internal import RTCWire

/// A frame as RTP carries it: the payloads of its packets, but for what counts on from frame to frame.
///
/// The fingerprint is of what a receiver puts together again (``VideoPayload``), whatever was packed around it.
package struct PacketizedFrame {
    package struct Packet {
        package var bytes: [UInt8]
        package var descriptor: RunningDescriptor
    }

    package private(set) var packets: [Packet] = []
    package let fingerprint: FrameFingerprint

    init(audio payload: ArraySlice<UInt8>) {
        fingerprint = payload.withUnsafeBytes { FrameFingerprint($0) }
        packets = [Packet(bytes: Array(payload), descriptor: .none)]
    }

    /// - Parameter limit: The most bytes of a payload, without what the sender writes in front of it.
    package init(_ video: EncodedVideo, frame index: Int, limit: Int) {
        fingerprint = video.payload(index).withUnsafeBytes { FrameFingerprint($0) }
        let frame = video.frames[index]
        switch video.codec {
        case .vp8:
            packets = Self.pieces(of: video.payload(index), limit: limit).map { Packet(bytes: Array($0), descriptor: .vp8) }
        case .vp9:
            splitVP9(video.payload(index), isKey: frame.isKey, width: video.width, height: video.height, limit: limit)
        case .h264:
            packets = Self.packH264(frame.parts.map { video.bytes[$0] }, limit: limit).map {
                Packet(bytes: $0, descriptor: .none)
            }
        case .av1:
            packets = Self.packAV1(frame.parts.map { video.bytes[$0] }, isKey: frame.isKey, limit: limit).map {
                Packet(bytes: $0, descriptor: .none)
            }
        }
    }

    /// As few pieces as can be, of nearly equal size.
    private static func pieces(of bytes: ArraySlice<UInt8>, limit: Int) -> [ArraySlice<UInt8>] {
        let count = max(1, (bytes.count + limit - 1) / limit)
        let (short, longer) = bytes.count.quotientAndRemainder(dividingBy: count)
        var pieces: [ArraySlice<UInt8>] = []
        var start = bytes.startIndex
        for index in 0..<count {
            let end = start + short + (index < longer ? 1 : 0)
            pieces.append(bytes[start..<end])
            start = end
        }
        return pieces
    }

    /// A key frame's structure stands in front of its data, and is shared like them.
    private mutating func splitVP9(_ bytes: ArraySlice<UInt8>, isKey: Bool, width: Int, height: Int, limit: Int) {
        let structure = isKey ? VP9PayloadDescriptor.structure(width: width, height: height) : []
        let pieces = Self.pieces(of: bytes, limit: limit - structure.count)
        packets = pieces.enumerated().map { index, piece in
            let flags = VP9PayloadDescriptor.flags(
                isKeyFrame: isKey, beginsFrame: index == 0, endsFrame: index == pieces.count - 1)
            return Packet(bytes: index == 0 ? structure + piece : Array(piece), descriptor: .vp9(flags: flags))
        }
    }

    /// RFC 6184, packetization mode 1: what fits goes into one packet, alone or with its neighbours; what does not is cut.
    static func packH264(_ units: [ArraySlice<UInt8>], limit: Int) -> [[UInt8]] {
        var packets: [[UInt8]] = []
        var together: [ArraySlice<UInt8>] = []
        var size = 1
        func flush() {
            if together.count == 1 { packets.append(Array(together[0])) }
            if together.count > 1 { packets.append(aggregate(together)) }
            together = []
            size = 1
        }
        for unit in units {
            if size + 2 + unit.count > limit { flush() }
            if unit.count > limit {
                packets += fragments(of: unit, limit: limit)
            } else {
                together.append(unit)
                size += 2 + unit.count
            }
        }
        flush()
        return packets
    }

    /// STAP-A (RFC 6184 §5.7.1): it is as important as the most important of its units.
    private static func aggregate(_ units: [ArraySlice<UInt8>]) -> [UInt8] {
        let importance = units.reduce(UInt8(0)) { max($0, $1[$1.startIndex] & 0x60) }
        return units.reduce(into: [importance | H264NALUnit.aggregation]) { packet, unit in
            packet += [UInt8(truncatingIfNeeded: unit.count >> 8), UInt8(truncatingIfNeeded: unit.count)] + unit
        }
    }

    /// FU-A (RFC 6184 §5.8).
    private static func fragments(of unit: ArraySlice<UInt8>, limit: Int) -> [[UInt8]] {
        let header = unit[unit.startIndex]
        let pieces = pieces(of: unit.dropFirst(), limit: limit - 2)
        return pieces.enumerated().map { index, piece in
            let edge: UInt8 = index == 0 ? 0x80 : index == pieces.count - 1 ? 0x40 : 0
            return [header & 0x60 | H264NALUnit.fragment, edge | H264NALUnit.type(header)] + piece
        }
    }

    /// AV1 in RTP §4.4: packets are filled one after the other, and an OBU goes on in the next where it must.
    static func packAV1(_ units: [ArraySlice<UInt8>], isKey: Bool, limit: Int) -> [[UInt8]] {
        // A size in front of each element takes two bytes at most.
        let sizeBytes = 2
        var packets: [(elements: [ArraySlice<UInt8>], continues: Bool)] = []
        var room = 0
        for unit in units {
            var rest = unit
            var isStart = true
            while !rest.isEmpty {
                if room <= sizeBytes {
                    packets.append(([], !isStart))
                    room = limit - 1
                }
                let piece = rest.prefix(room - sizeBytes)
                packets[packets.count - 1].elements.append(piece)
                room -= piece.count + sizeBytes
                rest = rest.dropFirst(piece.count)
                isStart = false
            }
        }
        return packets.enumerated().map { index, packet in
            let goesOn = index + 1 < packets.count && packets[index + 1].continues
            let count = packet.elements.count
            var header: UInt8 = packet.continues ? 0x80 : 0
            if goesOn { header |= 0x40 }
            if count <= 3 { header |= UInt8(count) << 4 }
            if index == 0, isKey { header |= 0x08 }
            return packet.elements.enumerated().reduce(into: [header]) { bytes, element in
                if count > 3 || element.offset + 1 < count { bytes += AV1OpenBitstreamUnit.leb128(element.element.count) }
                bytes += element.element
            }
        }
    }
}
