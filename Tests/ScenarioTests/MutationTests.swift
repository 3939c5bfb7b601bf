import RTCCore
import Scenario
import Testing

@Suite("No text makes the loader trap or hang")
struct MutationTests {
    static let pieces = [
        "{", "}", "[", "]", "- ", ": ", "\n", "\t", "\"", "'", "&a ", "*a", "!!", "|", ">", "%", "${", "${A}", "$${", "#", "---",
        "...", "? ", "\u{0}",
        "é", "9999999999999999999", "-1", "1e400", "0.0000000001us", "999999h", "[25%]", "[,]", "[0,99999999999999999999]",
        "100000%", "null", "~",
        "<<: ", "all", "leave", "0", "\u{FEFF}", "\r\n", "{run}",
    ]

    @Test("10,000 mutations of a whole scenario", arguments: 0..<10)
    func mutations(part: UInt64) {
        let original = Array(wholeScenario.utf8)
        var random = SplitMix64(seed: 100 + part)
        for _ in 0..<1000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                Self.mutate(&bytes, &random)
            }
            let text = String(decoding: bytes, as: UTF8.self)
            let overrides = random.next() % 8 == 0 ? [String(text.prefix(Int(random.next() % 60)))] : []
            do {
                _ = Plan(try parse(text, environment: ["A": text], overrides: overrides), seed: random.next()).lines
            } catch {
                #expect(!error.errors.isEmpty)
                #expect(error.errors.allSatisfy { !$0.message.contains("\n") })
            }
        }
    }

    private static func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        let position = Int(random.next() % UInt64(bytes.count + 1))
        switch random.next() % 6 {
        case 0 where position < bytes.count: bytes[position] ^= 1 << UInt8(random.next() % 8)
        case 1: bytes.removeSubrange(position...)
        case 2: bytes.insert(contentsOf: Array(pieces[Int(random.next() % UInt64(pieces.count))].utf8), at: position)
        case 3:
            let end = min(bytes.count, position + Int(random.next() % 40))
            bytes.removeSubrange(position..<end)
        case 4:
            let from = Int(random.next() % UInt64(bytes.count + 1))
            let end = min(bytes.count, from + Int(random.next() % 80))
            bytes.insert(contentsOf: Array(bytes[from..<end]), at: position)
        default:
            let piece = Array(pieces[Int(random.next() % UInt64(pieces.count))].utf8)
            bytes.replaceSubrange(position..<min(bytes.count, position + piece.count), with: piece)
        }
        if bytes.isEmpty { bytes = [0x0A] }
    }

    @Test("aliases that would fill a memory are refused before they do")
    func bomb() {
        var text = "a0: &a0 [x, x]\n"
        for level in 1...15 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        #expect(complaints(about: text) != "")
        var keys = "a0: &a0 [x, x]\n"
        for level in 1...40 { keys += "a\(level): &a\(level) {? *a\(level - 1) : 1}\n" }
        #expect(complaints(about: keys).contains("more than 32 aliases"))
    }
}
