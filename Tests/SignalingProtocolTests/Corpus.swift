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
        .request(id: 9, .hello(HelloRequest(tab: "tab-0001"))),
        .request(id: 10, .join(JoinRequest(room: "r", name: "Ana", create: RoomSettings(lobby: true)))),
        .request(id: 11, .refreshToken("t2")),
        .request(
            id: 12,
            .update(
                ParticipantUpdate(
                    name: "Ana", status: "back at 3", attributes: ["flag": "de"], media: [.microphone: false, .camera: true]))),
        .request(id: 13, .admit(participant: "p_9")),
        .request(id: 14, .deny(participant: "p_9", reason: "not now")),
        .request(id: 15, .mute(MuteRequest(participant: "p_9", source: .microphone, hard: true))),
        .request(id: 16, .askUnmute(participant: "p_9", .microphone)),
        .request(id: 17, .kick(KickRequest(participant: "p_9", reason: "noise", banSeconds: 600))),
        .request(id: 18, .setRole(participant: "p_9", .cohost)),
        .request(id: 19, .lock(true)),
        .request(id: 20, .end(reason: "over")),
        .request(id: 21, .spotlight(participant: "p_9")),
        .request(id: 22, .chat(ChatRequest(text: "Hi,\nall 😀", to: "p_9", replyTo: 4, clientID: "c-7"))),
        .request(id: 23, .chatHistory(ChatHistoryRequest(after: 12, limit: 20))),
        .request(id: 24, .deleteChat(message: 13)),
        .request(id: 25, .react(emoji: "👍", target: "p_9")),
        .request(id: 26, .raiseHand),
        .request(id: 27, .lowerHand(participant: "p_9")),
        .request(
            id: 28,
            .enqueue(
                MatchWish(
                    pool: "de", media: .video, interests: ["chess"], latitude: 52.5, longitude: 13.4, maximumDistance: 100.5))),
        .request(id: 29, .acceptMatch),
        .request(id: 30, .skipMatch),
        .request(id: 31, .cancelMatch),
        .request(id: 32, .subscribe(.activeSpeakers(3))),
        .request(id: 33, .subscribe(.participants(["p_9"]))),
        .request(id: 34, .subscribe(.auto)),
        .request(id: 35, .stats(StatsReport(audioLevel: 0.25, roundTrip: 40.5, jitterMilliseconds: 2.5, loss: 0.125))),
        .request(id: 36, .key(KeyMessage(to: "p_9", keyID: 3, body: #"{"k":"…"}"#))),
        .request(id: 37, .key(KeyMessage(keyID: 4))),
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
        .reply(
            id: 10,
            .ok(
                RoomSnapshot(
                    participant: "p_2", role: "host", permissions: ["publish"], rev: 2, room: "r", mode: .auto,
                    peers: [
                        PeerDescription(
                            id: "p_1", name: "Bo", role: "speaker", polite: true, status: "away", attributes: ["flag": "de"],
                            media: MediaStates(microphone: .locked, camera: .on))
                    ], settings: RoomSettings(lobby: true), media: MediaStates(screen: .on), hands: ["p_1"], spotlight: "p_1",
                    speaker: "p_1", lobby: [WaitingParticipant(participant: "p_9", name: "Di")]
                ).json)),
        .reply(
            id: 23,
            .ok(
                ChatHistory(
                    messages: [ChatMessage(number: 13, milliseconds: 1_700_000_000_000, from: "p_1", text: "Hi", replyTo: 4)],
                    hasMore: true
                ).json)),
        .event(
            .peerUpdated(
                ParticipantChange(
                    participant: "p_1", name: "Bo", status: "", attributes: ["flag": "fr"], media: MediaStates(camera: .on))),
            seq: 8, rev: 8),
        .event(.roleChanged(participant: "p_2", role: "cohost", permissions: ["publish", "admit"]), seq: 9, rev: 9),
        .event(.roomUpdated(RoomSettings(locked: true), spotlight: "p_1"), seq: 10, rev: 10),
        .event(.roomEnded(reason: "over"), seq: 11, rev: nil),
        .event(.lobbyRequest(WaitingParticipant(participant: "p_9", name: "Di")), seq: 12, rev: 11),
        .event(.lobbyLeft(participant: "p_9", reason: "denied"), seq: 13, rev: 12),
        .event(
            .lobbyAdmitted(
                RoomSnapshot(
                    participant: "p_9", role: "speaker", permissions: [], rev: 13, room: "r", mode: .auto, peers: [])),
            seq: 14, rev: nil),
        .event(.lobbyDenied(reason: "not now"), seq: 15, rev: nil),
        .event(.muted(.microphone, hard: true, by: "p_1"), seq: 16, rev: nil),
        .event(.unmuteAsked(.microphone, by: "p_1"), seq: 17, rev: nil),
        .event(
            .chat(
                ChatMessage(
                    number: 13, milliseconds: 1_700_000_000_000, from: "p_1", text: "Hi", to: "p_2", replyTo: 4, clientID: "c-7")),
            seq: 18, rev: 14),
        .event(.chatDeleted(message: 13, by: "p_1"), seq: 19, rev: 15),
        .event(.reaction(from: "p_1", emoji: "👍", target: "p_2"), seq: nil, rev: nil),
        .event(.hands(["p_1", "p_2"]), seq: 20, rev: 16),
        .event(.activeSpeaker(participant: "p_1"), seq: 21, rev: 17),
        .event(.connectionQuality(participant: "p_1", "good", score: 3.75), seq: 22, rev: 18),
        .event(.subscribed(participant: "p_1", wanted: false), seq: 23, rev: nil),
        .event(
            .matchFound(MatchOffer(match: "m_1", acceptMilliseconds: 5000, media: .video, interests: ["chess"], distance: 12)),
            seq: 24, rev: nil),
        .event(.matchAccepted(room: "x_1", .text), seq: 25, rev: nil),
        .event(.matchEnded(.partnerGone, queued: true), seq: 26, rev: nil),
        .event(.key(from: "p_1", KeyMessage(to: "p_2", keyID: 3, body: #"{"k":"…"}"#)), seq: 27, rev: nil),
        .event(.key(from: "p_1", KeyMessage(keyID: 4)), seq: 28, rev: nil),
    ]

    static let texts = requests.map(\.text) + serverFrames.map(\.text)
}
