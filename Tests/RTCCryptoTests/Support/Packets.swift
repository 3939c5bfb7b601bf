import RTCCore
import RTCCrypto

/// A plain RTP packet: 12 bytes of header, then a payload.
struct PlainPacket {
    var ssrc: UInt32
    /// `ROC << 16 | SEQ`.
    var index: UInt64
    var payload: [UInt8]

    var sequenceNumber: UInt16 { UInt16(truncatingIfNeeded: index) }

    var header: [UInt8] {
        let sequence = sequenceNumber
        return [0x80, 96, UInt8(sequence >> 8), UInt8(sequence & 255), 1, 2, 3, 4] + ssrc.bytes
    }

    var bytes: [UInt8] { header + payload }
}

extension UInt32 {
    var bytes: [UInt8] { [UInt8(self >> 24), UInt8(self >> 16 & 255), UInt8(self >> 8 & 255), UInt8(self & 255)] }
}

extension SplitMix64 {
    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}

extension SRTPSender {
    mutating func protect(_ packet: PlainPacket, prefixSize: Int = 0) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: packet.bytes.count + profile.rtpOverhead)
        let (header, prefix, rest) = (packet.header, packet.payload.prefix(prefixSize), packet.payload.dropFirst(prefixSize))
        let size = out.withUnsafeMutableBytes { out in
            header.withUnsafeBytes { header in
                prefix.withUnsafeBytes { prefix in
                    rest.withUnsafeBytes { rest in
                        protect(header: header, prefix: prefix, payload: rest, ssrc: packet.ssrc, index: packet.index, into: out)
                    }
                }
            }
        }
        return Array(out[..<size])
    }

    mutating func protectRTCP(_ compound: [UInt8]) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: compound.count + profile.rtcpOverhead)
        let size = out.withUnsafeMutableBytes { out in compound.withUnsafeBytes { protectRTCP($0, into: out) } }
        return Array(out[..<size])
    }
}

extension SRTPReceiver {
    /// Decrypts in place; the header's fields come from the packet.
    mutating func unprotect(_ packet: inout [UInt8]) -> SRTPResult {
        guard packet.count >= 12 else { return .malformed }
        let ssrc = packet[8..<12].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let sequenceNumber = UInt16(packet[2]) << 8 | UInt16(packet[3])
        return packet.withUnsafeMutableBytes {
            unprotect($0, headerSize: 12, ssrc: ssrc, sequenceNumber: sequenceNumber)
        }
    }

    /// The payload, where the packet is genuine and new.
    mutating func open(_ packet: [UInt8]) -> [UInt8]? {
        var packet = packet
        guard case .packet(let range, _) = unprotect(&packet) else { return nil }
        return Array(packet[range])
    }

    mutating func openRTCP(_ packet: [UInt8]) -> [UInt8]? {
        var packet = packet
        guard case .packet(let size) = packet.withUnsafeMutableBytes({ unprotectRTCP($0) }) else { return nil }
        return Array(packet[..<size])
    }
}
