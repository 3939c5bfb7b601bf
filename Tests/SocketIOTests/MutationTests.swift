import RTCCore
import SocketIO
import Testing

@Suite("Socket.IO from anyone")
struct MutationTests {
    @Test("ten thousand mutations of valid packets are read or refused, and what is read is read alike once written")
    func packets() {
        var random = SplitMix64(seed: 7)
        var understood = 0
        let corpus = SocketIOPacketTests.packets.map(\.0.messages) + Self.binary.map(\.messages)
        for _ in 0..<10_000 {
            var decoder = SocketIODecoder()
            for message in Self.mutated(corpus[Int(random.next() % UInt64(corpus.count))], &random) {
                guard let packet = try? decoder.take(message) else { continue }
                understood += 1
                #expect((try? decoded(packet.messages)) == packet)
            }
        }
        #expect(understood > 1000)
    }

    @Test("ten thousand mutations of valid payloads are read or refused, and what is read is read alike once written")
    func payloads() {
        var random = SplitMix64(seed: 8)
        var understood = 0
        let corpus = EngineIOPacketTests.packets.map(\.1) + ["4hello\u{1E}bAQIDBA==\u{1E}2", "b//79\u{1E}4x"]
        for _ in 0..<10_000 {
            let bytes = Self.mutated(Array(corpus[Int(random.next() % UInt64(corpus.count))].utf8), &random)
            guard let packets = try? EngineIOPacket.packets(inPayload: String(decoding: bytes, as: UTF8.self), limit: 16)
            else { continue }
            understood += 1
            let written = EngineIOPacket.payload(packets)
            #expect((try? EngineIOPacket.packets(inPayload: written, limit: 16)) == packets)
        }
        #expect(understood > 1000)
    }

    private static let binary: [SocketIOPacket] = [
        .event("f", [SocketIOPacket.placeholder(0)], attachments: [[1, 2, 3]]),
        .event("g", [SocketIOPacket.placeholder(1), SocketIOPacket.placeholder(0)], id: 7, attachments: [[1], []]),
    ]

    private static func mutated(_ messages: [EngineIOMessage], _ random: inout SplitMix64) -> [EngineIOMessage] {
        var messages = messages
        let place = Int(random.next() % UInt64(messages.count))
        switch messages[place] {
        case .text(let text):
            messages[place] = .text(String(decoding: mutated(Array(text.utf8), &random), as: UTF8.self))
        case .binary:
            if random.next() % 2 == 0 { messages.remove(at: place) } else { messages.swapAt(place, 0) }
        }
        return messages
    }

    private static func mutated(_ original: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var bytes = original
        for _ in 0...(random.next() % 2) {
            guard !bytes.isEmpty else { break }
            let place = Int(random.next() % UInt64(bytes.count))
            switch random.next() % 5 {
            case 0: bytes[place] ^= 1 << UInt8(random.next() % 8)
            case 1: bytes.removeSubrange(place...)
            case 2: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
            case 3: bytes.remove(at: place)
            default:
                let marks = Array("0123456-/,[]{}\"\u{1E}b=".utf8)
                bytes[place] = marks[Int(random.next() % UInt64(marks.count))]
            }
        }
        return bytes
    }
}
