import SignalingProtocol

enum Corpus {
    static let requests: [ClientFrame] = [
        .request(
            id: 1,
            .hello(HelloRequest(version: 1, token: "t", clientName: "bot", clientVersion: "0.1", capabilities: ["relay", "sdp"]))),
        .request(id: 8, .hello(HelloRequest(resume: ResumeRequest(session: "s_1", secret: "0f", seq: 41)))),
        .request(id: 2, .join(JoinRequest(room: "räume/1", name: "Ana \"the\" bot", mode: .mesh, duplicate: .reject))),
        .request(id: 3, .ready(rev: 7)),
        .request(id: 4, .ready(rev: nil), acknowledged: 12),
        .request(
            id: 5,
            .signal(
                SignalRequest(
                    to: "p_2", connection: "a", epoch: 3, kind: .offer, body: SignalKind.offer.body("v=0\r\ns=-\r\n").text)),
            acknowledged: 40),
        .request(
            id: 6,
            .signal(
                SignalRequest(to: "p_2", connection: "a", epoch: 3, kind: .candidates, body: #"{"candidates":["a","b"]}"#))),
        .request(id: 7, .ping),
        .request(id: JSON.largestInteger, .leave),
        .acknowledgement(99),
    ]

    static let serverFrames: [ServerFrame] = [
        .reply(
            id: 1,
            .ok(
                Welcome(
                    session: "s_1", pingMilliseconds: 10_000,
                    iceServers: [ICEServer(urls: ["turn:192.0.2.1"], username: "u", credential: "c")]
                ).json)),
        .reply(
            id: 2,
            .ok(
                RoomSnapshot(
                    participant: "p_2", role: "speaker", permissions: ["publish"], rev: 2, room: "r", mode: .auto,
                    peers: [PeerDescription(id: "p_1", name: "Bo 😀", role: "speaker", polite: true)]
                ).json)),
        .reply(
            id: 9,
            .ok(
                Welcome(
                    session: "s_1", secret: "1f", epoch: 2, pingMilliseconds: 10_000, resumeMilliseconds: 30_000, replay: 3
                ).json)),
        .reply(id: 3, .done),
        .reply(id: 4, .refused(RequestError(.rateLimited, "too many \"messages\"", retryMilliseconds: 20))),
        .event(.peerJoined(PeerDescription(id: "p_3", name: "Cy", role: "speaker", polite: false)), seq: 1, rev: 3),
        .event(.peerLeft(participant: "p_3", reason: "disconnected"), seq: 2, rev: 4),
        .event(
            .signal(from: "p_1", connection: "a", epoch: 3, kind: .answer, body: SignalKind.answer.body("v=0\r\n")), seq: 3,
            rev: nil),
        .event(.signalExpired(to: "p_1", connection: "a", epoch: 3, kind: .bye), seq: 4, rev: nil),
        .event(.goAway(reason: "stopping", url: "ws://192.0.2.2/ws"), seq: nil, rev: nil),
        .event(.goAway(reason: "stopping", url: nil, retryMilliseconds: 700), seq: nil, rev: nil),
        .event(.peerReconnecting(participant: "p_3"), seq: 5, rev: 5),
        .event(.peerResumed(participant: "p_3"), seq: 6, rev: 6),
        .event(.resumed(rev: 6, media: .restartICE), seq: nil, rev: nil),
        .event(.resumed(rev: nil, media: .alive), seq: nil, rev: nil),
        .event(
            .peerJoined(PeerDescription(id: "p_4", name: "Di", role: "speaker", polite: false, isReconnecting: true)), seq: 7,
            rev: 7),
    ]

    static let texts = requests.map(\.text) + serverFrames.map(\.text)
}
