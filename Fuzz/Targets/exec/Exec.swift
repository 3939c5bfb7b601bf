import FuzzSignaling
import FuzzSupport
import NetworkDriver
import RTCCore
import SignalingClients
import SignalingProtocol

/// `protocol: exec`: the lines of a program that says what it likes, cut anywhere, and what the bot writes to it.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var input = FuzzInput(UnsafeRawBufferPointer(start: start, count: size))
    let program = Program()
    while !input.isEmpty { program.step(&input) }
    program.settle()
    return 0
}

private final class Program {
    private static let longestLine = 512
    private static let said = [
        "join", "leave", "offer", "answer", "candidate", "bye", "chat", "react", "raise_hand", "lower_hand",
    ]
    private static let types = [
        "arrived", "left", "offer", "answer", "candidate", "bye", "chat", "reaction", "refused", "joined",
    ]
    private let scene: ClientScene<MappedClient>
    private var lines = ProgramLines(limit: Program.longestLine)
    /// Since the program was started, and what became of it.
    private var written: [UInt8] = []
    private var read: [String] = []

    init() {
        scene = ClientScene(MappedClient(name: "n", room: "r", mapping: .program, token: "t", seed: 1)) { text in
            promise(!text.utf8.contains(0x0A), "what the bot says is one line: \(text)")
            let type = (try? JSONParser.parse(text))?.objectValue?["type"]?.stringValue
            promise(type.map { Program.said.contains($0) } ?? false, "it says what is documented: \(text)")
        }
    }

    func step(_ input: inout FuzzInput) {
        switch input.below(10) {
        case 0: begin()
        case 1:
            check()
            scene.close(code: nil)
        case 2: write(input.chunk(upTo: 700))
        case 3: write([0x0A])
        case 4...7: write(Array(line(&input).utf8) + [0x0A], cutAt: Int(input.byte()))
        case 8: scene.advance(by: .milliseconds(Int64(input.below(30_000))))
        default: scene.act(&input)
        }
        promise(scene.client.peers.count <= MappedClientTiming().participants, "people are bounded")
    }

    func settle() {
        begin()
        check()
        scene.settle()
    }

    private func begin() {
        guard !scene.isOpen else { return }
        lines = ProgramLines(limit: Self.longestLine)
        written = []
        read = []
        scene.open()
    }

    private func write(_ bytes: [UInt8], cutAt cut: Int = 0) {
        guard scene.isOpen, !lines.isBroken else { return }
        let cut = min(cut, bytes.count)
        for part in [bytes[..<cut], bytes[cut...]] {
            lines.put(part)
            while let line = lines.next() {
                read.append(line)
                scene.say(line)
            }
        }
        written += bytes
    }

    /// Lines do not depend on where they were cut.
    private func check() {
        var expected: [String] = []
        var isBroken = false
        let parts = written.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() where !isBroken {
            isBroken = part.count > Self.longestLine
            if !isBroken, !part.isEmpty, index < parts.count - 1 { expected.append(String(decoding: part, as: UTF8.self)) }
        }
        promise(read == expected && lines.isBroken == isBroken, "lines are what stands between line feeds")
    }

    private func line(_ input: inout FuzzInput) -> String {
        var message: JSONObject = ["type": .string(Self.types[input.below(Self.types.count)])]
        let choice = input.byte()
        let id: JSON = choice & 128 == 0 ? .string("p\(choice >> 4 & 3)") : .string(scene.client.selfID ?? "")
        if choice & 1 == 0 { message["from"] = id }
        if choice & 2 == 0 { message["id"] = id }
        if choice & 4 == 0 { message["sdp"] = .string("v=0\r\na=x-starling-name:callers[\(choice & 3)]\r\nm=audio") }
        if choice & 8 == 0 {
            message["candidate"] =
                [
                    .string("candidate:1"), .object(["candidate": "candidate:1"]), .null, .object(["candidate": .object([:])]),
                ][input.below(4)]
        }
        message["people"] = .array((0..<input.below(5)).map { .object(["id": .string("p\($0)"), "name": "n"]) })
        message["text"] = "t"
        message["emoji"] = "e"
        message["reason"] = "r"
        message["ice_servers"] = .array([.object(["urls": "stun:192.0.2.1"])])
        return JSON.object(message).text
    }
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    let hello = Array("{\"type\":\"joined\",\"people\":[{\"id\":\"b\"}]}\n".utf8)
    FuzzSeeds.writeIfAsked(
        [
            // Joined, offered to, answered, somebody comes and goes.
            [
                0, 4, 9, 0, 0, 2, 7, 9, 0, 0, 9, 0, 5, 1, 0, 3, 118, 61, 48, 5, 3, 0, 0, 0, 9, 4, 0, 0x30, 0, 0, 5, 6, 1, 0x30, 0,
                0, 9,
            ],
            [0, 2, 0, UInt8(hello.count)] + hello + [9, 0, 4, 0, 8, 117, 48, 1],
            [0, 2, 2, 88] + [UInt8](repeating: 97, count: 600) + [3],
        ], words: words)
    return 0
}

private let words = ["\n", "{\"type\":\"", "joined", "people", "arrived", "candidate", "\"from\":"]
