import RTCCore
import SignalingProtocol
import Testing

@Suite("Frames from anyone")
struct MutationTests {
    @Test("ten thousand mutations of valid frames are read or refused, and what is read can be written")
    func mutations() {
        var random = SplitMix64(seed: 7)
        var understood = 0
        for _ in 0..<10_000 {
            let text = Self.mutated(&random)
            if let frame = try? ClientFrame(text) {
                understood += 1
                #expect((try? ClientFrame(frame.text)) == frame)
            }
            if let frame = try? ServerFrame(text) {
                understood += 1
                if case .event(.unknown, _, _) = frame { continue }
                #expect((try? ServerFrame(frame.text)) == frame)
            }
        }
        #expect(understood > 100)
    }

    private static func mutated(_ random: inout SplitMix64) -> String {
        var bytes = Array(Corpus.texts[Int(random.next() % UInt64(Corpus.texts.count))].utf8)
        for _ in 0...(random.next() % 3) {
            guard !bytes.isEmpty else { break }
            let place = Int(random.next() % UInt64(bytes.count))
            switch random.next() % 6 {
            case 0: bytes[place] ^= 1 << UInt8(random.next() % 8)
            case 1: bytes.removeSubrange(place...)
            case 2: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
            case 3: bytes.remove(at: place)
            case 4:
                let marks = Array("{}[]\",:\\0e-".utf8)
                bytes[place] = marks[Int(random.next() % UInt64(marks.count))]
            default:
                let other = Array(Corpus.texts[Int(random.next() % UInt64(Corpus.texts.count))].utf8)
                bytes.replaceSubrange(place..., with: other[Int(random.next() % UInt64(other.count))...])
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
