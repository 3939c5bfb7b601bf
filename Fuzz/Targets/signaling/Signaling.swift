import FuzzSupport
import SignalingProtocol

/// Frames of `starling.v1` in both directions: what is understood survives being written.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let text = String(decoding: UnsafeRawBufferPointer(start: start, count: size), as: UTF8.self)
    if let frame = try? ClientFrame(text) {
        promise((try? ClientFrame(frame.text)) == frame, "a client's frame survives being written: \(frame.text)")
        if case .request(_, .signal(let signal), _) = frame {
            promise((try? JSONParser.parse(signal.body)) != nil, "a body is JSON")
        }
    }
    guard let frame = try? ServerFrame(text) else { return 0 }
    switch frame {
    case .event(.unknown, _, _): return 0
    case .reply(_, .ok(let result)):
        _ = RoomSnapshot(result)
        if let welcome = Welcome(result) { _ = JSON.object(welcome.json).text }
    default: break
    }
    promise((try? ServerFrame(frame.text)) == frame, "a server's frame survives being written: \(frame.text)")
    return 0
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    let seeds = requests.map(\.text) + answers.map(\.text)
    FuzzSeeds.writeIfAsked(seeds.map { Array($0.utf8) }, words: words)
    return 0
}

private let requests: [ClientFrame] = [
    .request(
        id: 1, .hello(HelloRequest(version: 1, token: "t", clientName: "bot", clientVersion: "0.1", capabilities: ["relay"]))),
    .request(id: 8, .hello(HelloRequest(resume: ResumeRequest(session: "s_1", secret: "0f", seq: 41)))),
    .request(id: 2, .join(JoinRequest(room: "r/1", name: "Ana", mode: .mesh, duplicate: .reject))),
    .request(id: 3, .ready(rev: 7)), .request(id: 7, .ping), .request(id: JSON.largestInteger, .leave), .acknowledgement(99),
    .request(
        id: 5,
        .signal(
            SignalRequest(
                to: "p_2", connection: "a", epoch: 3, kind: .offer, body: SignalKind.offer.body("v=0\r\n").text)),
        acknowledged: 40),
    .request(
        id: 6,
        .signal(SignalRequest(to: "p_2", connection: "a", epoch: 3, kind: .candidates, body: #"{"candidates":["a","b"]}"#))),
]

private let answers: [ServerFrame] = [
    .reply(
        id: 1,
        .ok(
            Welcome(
                session: "s_1", secret: "1f", epoch: 2, pingMilliseconds: 10_000, resumeMilliseconds: 30_000, replay: 3,
                iceServers: [ICEServer(urls: ["turn:192.0.2.1"], username: "u", credential: "c")]
            ).json)),
    .reply(
        id: 2,
        .ok(
            RoomSnapshot(
                participant: "p_2", role: "speaker", permissions: ["publish"], rev: 2, room: "r", mode: .auto,
                peers: [PeerDescription(id: "p_1", name: "Bo", role: "speaker", polite: true)]
            ).json)),
    .reply(id: 3, .done), .reply(id: 4, .refused(RequestError(.rateLimited, "too many", retryMilliseconds: 20))),
    .event(.peerJoined(PeerDescription(id: "p_3", name: "Cy", role: "speaker", polite: false)), seq: 1, rev: 3),
    .event(.peerLeft(participant: "p_3", reason: "disconnected"), seq: 2, rev: 4),
    .event(
        .signal(from: "p_1", connection: "a", epoch: 3, kind: .answer, body: SignalKind.answer.body("v=0\r\n")), seq: 3, rev: nil),
    .event(.signalExpired(to: "p_1", connection: "a", epoch: 3, kind: .bye), seq: 4, rev: nil),
    .event(.goAway(reason: "stopping", url: nil, retryMilliseconds: 700), seq: nil, rev: nil),
    .event(.peerReconnecting(participant: "p_3"), seq: 5, rev: 5), .event(.peerResumed(participant: "p_3"), seq: 6, rev: 6),
    .event(.resumed(rev: 6, media: .restartICE), seq: nil, rev: nil),
]

private let words = [
    "\"t\":", "\"d\":", "\"id\":", "\"ack\":", "\"seq\":", "\"rev\":", "\"hello\"", "\"join\"", "\"ready\"", "\"signal\"",
    "\"leave\"",
    "\"ping\"", "\"to\":", "\"epoch\":", "\"kind\":", "\"body\":", "\"offer\"", "\"answer\"", "\"candidates\"", "\"bye\"",
    "\"resume\":", "\"ok\":", "\"error\":", "9007199254740991", "-1",
]
