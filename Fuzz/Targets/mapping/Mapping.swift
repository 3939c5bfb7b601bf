import FuzzSignaling
import FuzzSupport
import Scenario
import SignalingClients

/// Mapping files, and bots that speak by those which are right, under a server that says what it likes.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var input = FuzzInput(UnsafeRawBufferPointer(start: start, count: size))
    let text = input.text()
    do {
        let service = Service(try RoomMapping.parse(text, path: "a.yaml"))
        while !input.isEmpty { service.step(&input) }
        service.scene.settle()
    } catch {
        promise(!error.errors.isEmpty, "a refusal says why")
        promise(error.errors.allSatisfy { !$0.message.contains("\n") }, "a reason is one line")
    }
    return 0
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    let steps: [UInt8] = [
        // Greeted, in the room with two, an offer that is answered, candidates both ways.
        0, 3, 0, 0, 3, 1, 3, 5, 4, 0, 0, 0, 2, 9, 0, 0, 9, 0, 5, 1, 0, 3, 118, 61, 48, 4, 4, 0, 0, 9, 0, 5, 1, 2, 3, 97, 10, 98,
        4, 5, 0, 0,
        // A third, who offers, and is answered; what is said in the room; who goes.
        4, 1, 2, 0, 4, 3, 2, 0, 9, 2, 5, 1, 1, 3, 118, 61, 48, 9, 0, 4, 0, 9, 0, 4, 1, 9, 0, 4, 2, 9, 0, 4, 3, 4, 7, 1, 0, 4, 8,
        1,
        0, 4, 9, 0, 0, 4, 6, 0, 0, 4, 2, 0, 0, 4, 0, 0, 0, 1,
        // Silence, out and in again, a refusal, the end.
        8, 78, 32, 9, 1, 9, 2, 3, 2, 0, 4, 10, 0, 0, 1, 1,
    ]
    FuzzSeeds.writeIfAsked(try FuzzSeeds.files(in: "scenarios/mappings").map { $0 + [0] + steps }, words: words)
    return 0
}

private let words = [
    "mapping: ", "protocol: ", "socketio", "websocket", "namespace: ", "auth: ", "event: ", "offers: ", "newcomer", "resident",
    "lower-id", "higher-id", "id: ", "own", "socket", "say:\n", "hello: ", "join: ", "leave: ", "offer: ", "answer: ",
    "candidate: ", "end_of_candidates: ", "bye: ", "chat: ", "react: ", "raise_hand: ", "lower_hand: ", "keepalive: ", "every: ",
    "message: ", "hear:\n", "joined: ", "people: ", "person_id: ", "person_name: ", "ice_servers: ", "arrived: ", "left: ",
    "reaction: ", "refused: ", "reason: ", "ping: ", "ack: true", "where: ", "from: ", "to: ", "sdp: ", "${room}", "${id}",
    "${name}", "${token}", "${to}", "${sdp}", "${type}", "${description}", "${candidate}", "${line}", "${mid}", "${text}",
    "${emoji}", "${number}", "1ns", "20s", "-9223372036854775808", "1e400", "&a ", "*a",
]
