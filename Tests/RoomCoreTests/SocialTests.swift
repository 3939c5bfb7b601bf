import RTCCore
import RoomCore
import SignalingProtocol
import Testing

@Suite("Chat, reactions, hands and what people say of themselves")
struct SocialTests {
    private func texts(_ scene: Scene, _ key: SessionKey) -> [String] {
        scene.events(key).compactMap { event in
            guard case .chat(let message) = event else { return nil }
            return message.text
        }
    }

    private func history(_ scene: inout Scene, _ key: SessionKey, _ request: ChatHistoryRequest) -> ChatHistory? {
        guard case .history(let history)? = scene.ask(key, .chatHistory(request)) else { return nil }
        return history
    }

    @Test("a message reaches everyone else in order, and the sender learns its number and time")
    func chat() throws {
        var scene = Scene()
        let first = try scene.enter()
        let second = try scene.enter()
        scene.wait(.seconds(2))
        #expect(scene.ask(first.key, .chat(ChatRequest(text: "one"))) == .said(message: 1, milliseconds: 2000))
        #expect(scene.ask(second.key, .chat(ChatRequest(text: "two", replyTo: 1))) == .said(message: 2, milliseconds: 2000))
        #expect(texts(scene, second.key) == ["one"] && texts(scene, first.key) == ["two"])
    }

    @Test("a message with a name of its client's is taken once, however often it is said")
    func once() throws {
        var scene = Scene()
        let first = try scene.enter()
        let second = try scene.enter()
        for _ in 0..<3 {
            #expect(
                scene.ask(first.key, .chat(ChatRequest(text: "one", clientID: "c1"))) == .said(message: 1, milliseconds: 0))
        }
        #expect(scene.ask(second.key, .chat(ChatRequest(text: "mine", clientID: "c1"))) == .said(message: 2, milliseconds: 0))
        #expect(texts(scene, second.key) == ["one"])
    }

    @Test("a message for one is heard and read by that one alone")
    func whisper() throws {
        var scene = Scene()
        let first = try scene.enter()
        let second = try scene.enter()
        let third = try scene.enter()
        scene.ask(first.key, .chat(ChatRequest(text: "psst", to: second.snapshot.participant)))
        #expect(texts(scene, second.key) == ["psst"] && texts(scene, third.key).isEmpty)
        #expect(history(&scene, third.key, ChatHistoryRequest())?.messages.isEmpty == true)
        #expect(history(&scene, second.key, ChatHistoryRequest())?.messages.count == 1)
        #expect(scene.code(scene.ask(first.key, .chat(ChatRequest(text: "x", to: first.snapshot.participant)))) == .noSuchPeer)
    }

    @Test("who comes later reads the newest messages, page by page, and the oldest are gone")
    func pages() throws {
        var limits = RoomLimits()
        limits.chatHistory = 10
        limits.chat = Pace(perSecond: 1000, burst: 1000)
        var scene = Scene(limits: limits)
        let first = try scene.enter()
        for number in 1...15 { scene.ask(first.key, .chat(ChatRequest(text: "\(number)"))) }
        let late = try scene.enter()
        let newest = history(&scene, late.key, ChatHistoryRequest(limit: 4))
        #expect(newest?.messages.map(\.number) == [12, 13, 14, 15] && newest?.hasMore == true)
        let older = history(&scene, late.key, ChatHistoryRequest(before: 8, limit: 4))
        #expect(older?.messages.map(\.number) == [6, 7] && older?.hasMore == false)
        let after = history(&scene, late.key, ChatHistoryRequest(after: 9, limit: 3))
        #expect(after?.messages.map(\.number) == [10, 11, 12] && after?.hasMore == true)
    }

    @Test("a page of long messages is short enough for one frame, and says that there is more")
    func longPages() throws {
        var scene = Scene()
        let first = try scene.enter()
        for _ in 0..<12 { scene.ask(first.key, .chat(ChatRequest(text: String(repeating: "x", count: 4096)))) }
        let page = history(&scene, first.key, ChatHistoryRequest(after: 0, limit: 100))
        #expect(page?.messages.map(\.number) == Array(1...8) && page?.hasMore == true)
        let newest = history(&scene, first.key, ChatHistoryRequest(limit: 100))
        #expect(newest?.messages.map(\.number) == Array(5...12) && newest?.hasMore == true)
    }

    @Test("one's own message can be deleted, another's by moderators only")
    func delete() throws {
        var scene = Scene()
        let host = try scene.enter(create: RoomSettings())
        let guest = try scene.enter()
        scene.ask(host.key, .chat(ChatRequest(text: "mine")))
        scene.ask(guest.key, .chat(ChatRequest(text: "yours")))
        #expect(scene.code(scene.ask(guest.key, .deleteChat(message: 1))) == .forbidden)
        #expect(scene.ask(host.key, .deleteChat(message: 2)) == .done)
        #expect(scene.events(guest.key).last == .chatDeleted(message: 2, by: host.snapshot.participant))
        #expect(history(&scene, guest.key, ChatHistoryRequest())?.messages.map(\.text) == ["mine"])
        #expect(scene.code(scene.ask(guest.key, .deleteChat(message: 2))) == .notFound)
    }

    @Test("twenty messages at once are taken, then five each second")
    func pace() throws {
        var scene = Scene()
        let first = try scene.enter()
        for _ in 0..<20 { #expect(scene.code(scene.ask(first.key, .chat(ChatRequest(text: "x")))) == nil) }
        guard case .refused(let error)? = scene.ask(first.key, .chat(ChatRequest(text: "x"))) else {
            Issue.record("taken")
            return
        }
        #expect(error.code == .rateLimited && error.retryMilliseconds == 201)
        scene.wait(.milliseconds(201))
        #expect(scene.code(scene.ask(first.key, .chat(ChatRequest(text: "x")))) == nil)
        #expect(scene.code(scene.ask(first.key, .chat(ChatRequest(text: "x")))) == .rateLimited)
    }

    @Test("a reaction reaches those who are there and is not kept for those who are not")
    func reactions() throws {
        var scene = Scene()
        let first = try scene.enter()
        let second = try scene.enter()
        let slow = try scene.enter(isReady: false)
        scene.ask(first.key, .react(emoji: "👍", target: second.snapshot.participant))
        scene.ask(slow.key, .ready)
        let expected = RoomEvent.reaction(from: first.snapshot.participant, emoji: "👍", target: second.snapshot.participant)
        #expect(scene.outputs.contains(.volatile(second.key, expected)))
        #expect(!scene.outputs.contains(.volatile(slow.key, expected)))
        #expect(scene.code(scene.ask(first.key, .react(emoji: "x", target: "p_nobody"))) == .noSuchPeer)
    }

    @Test("raised hands stand in the order in which they were raised, and go with their owners")
    func hands() throws {
        var scene = Scene()
        let host = try scene.enter(create: RoomSettings())
        let first = try scene.enter()
        let second = try scene.enter()
        scene.ask(second.key, .raiseHand)
        scene.ask(first.key, .raiseHand)
        scene.ask(second.key, .raiseHand)
        let queue = [second.snapshot.participant, first.snapshot.participant]
        #expect(scene.events(host.key).last == .hands(queue))
        #expect(try scene.enter().snapshot.hands == queue)
        #expect(scene.code(scene.ask(first.key, .lowerHand(participant: queue[0]))) == .forbidden)
        #expect(scene.ask(host.key, .lowerHand(participant: queue[0])) == .done)
        #expect(scene.events(second.key).last == .hands([queue[1]]))
        scene.ask(first.key, .leave)
        #expect(try scene.enter().snapshot.hands.isEmpty)
    }

    @Test("others see a new name, status, attributes and what is switched on; nothing new is not told")
    func update() throws {
        var scene = Scene()
        let first = try scene.enter()
        let second = try scene.enter()
        let update = ParticipantUpdate(name: "Ana", status: "back at 3", attributes: ["a": 1], media: [.camera: true])
        scene.ask(first.key, .update(update))
        scene.ask(first.key, .update(update))
        #expect(
            scene.events(second.key) == [
                .peerUpdated(
                    ParticipantChange(
                        participant: first.snapshot.participant, name: "Ana", status: "back at 3", attributes: ["a": 1],
                        media: MediaStates(camera: .on)))
            ])
        let peer = try #require(try scene.enter().snapshot.peers.first)
        #expect(peer.name == "Ana" && peer.status == "back at 3" && peer.attributes == ["a": 1] && peer.media.camera == .on)
    }

    @Test("keys travel unread to one or to all, and wait until the receiver is ready")
    func keys() throws {
        var scene = Scene()
        let first = try scene.enter()
        let second = try scene.enter(isReady: false)
        let third = try scene.enter()
        let key = KeyMessage(to: second.snapshot.participant, keyID: 4, body: #"{"x":1}"#)
        scene.ask(first.key, .key(key))
        scene.ask(first.key, .key(KeyMessage(keyID: 5)))
        #expect(scene.events(third.key).last == .key(from: first.snapshot.participant, KeyMessage(keyID: 5)))
        scene.ask(second.key, .ready)
        #expect(scene.events(second.key).contains(.key(from: first.snapshot.participant, key)))
    }
}
