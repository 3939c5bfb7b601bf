import MediaFiles
import MediaTracks
import RTCCore
import RTCWire
import Testing

@Suite("Tracks of VP9, AV1 and H.264")
struct CodecTrackTests {
    static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    static let files: [(String, PayloadFormat)] = [
        ("talking-head-180p.ivf", .vp8), ("pattern-vp9.ivf", .vp9), ("pattern-av1.ivf", .av1), ("pattern.h264", .h264),
    ]

    /// A packet as it leaves: what the sender writes in front, and what is shared.
    private func payload(_ packet: SharedPacket) -> [UInt8] {
        switch packet.descriptor {
        case .none: Array(packet.payload)
        case .vp8: [packet.isFirstOfFrame ? 0x90 : 0x80, 0x80, 0x80, 0x01] + packet.payload
        case .vp9(let flags): [flags, 0x80, 0x01, 0, 1] + packet.payload
        }
    }

    @Test("a receiver that takes the packets apart finds each frame, its start and its kind", arguments: files, [1094, 200])
    func lookup(file: (String, PayloadFormat), limit: Int) throws {
        let track = try MediaTrack.load(path: "\(Self.root)/fixtures/\(file.0)", payloadLimit: limit)
        #expect(track.codec == file.1.name)
        for index in 0..<track.frameCount {
            let frame = track.frame(index)
            var sum = FrameFingerprint.empty
            var isKey = false
            for number in 0..<frame.packetCount {
                let packet = track.packet(frame.firstPacket + number)
                let bytes = payload(packet)
                #expect(packet.count <= limit)
                let facts = try #require(bytes.withUnsafeBytes { VideoPayload.parse($0, format: file.1) })
                #expect((facts.start == .yes) == (number == 0), "packet \(number) of frame \(index)")
                if number == 0, frame.isKey { #expect((facts.width, facts.height) == (track.width, track.height)) }
                isKey = isKey || facts.isKey
                sum.append(facts.fingerprint)
            }
            #expect(isKey == frame.isKey)
            #expect(sum == frame.fingerprint)
            #expect(track.index(of: sum) == index)
        }
    }

    @Test("H.264 is packed as packetization mode 1 has it: sets together, a large picture in fragments")
    func h264() throws {
        let track = try MediaTrack.load(path: "\(Self.root)/fixtures/pattern.h264")
        func types(_ frame: Int) -> [UInt8] {
            (0..<track.frame(frame).packetCount).map { track.packet(track.frame(frame).firstPacket + $0).payload[0] & 0x1F }
        }
        let key = types(0)
        #expect(key.first == 24 && key.count > 3)
        #expect(key.dropFirst().allSatisfy { $0 == 28 })
        #expect((1..<30).contains { types($0) == [1] })
        #expect(track.formatParameters.contains("profile-level-id=42c00d"))
    }

    @Test("AV1's N bit begins a coded video sequence, Z and Y join the parts of a unit")
    func av1() throws {
        let track = try MediaTrack.load(path: "\(Self.root)/fixtures/pattern-av1.ivf")
        let frame = track.frame(0)
        let headers = (0..<frame.packetCount).map { track.packet(frame.firstPacket + $0).payload[0] }
        #expect(headers.first == 0x68)
        #expect(headers.last == 0x90)
        #expect(headers.dropFirst().dropLast().allSatisfy { $0 == 0xD0 })
    }
}
