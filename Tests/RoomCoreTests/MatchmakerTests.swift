import RTCCore
import RoomCore
import SignalingProtocol
import Testing

/// A matchmaker, and what it said.
private struct Queue {
    var matchmaker = Matchmaker()
    var core = RoomCore(seed: 1)
    var now = Instant.origin
    var outputs: [Matchmaker.Output] = []

    mutating func add(_ wish: MatchWish = MatchWish()) -> SessionKey {
        let key = core.open().key
        again(key, wish)
        return key
    }

    mutating func again(_ key: SessionKey, _ wish: MatchWish = MatchWish()) {
        matchmaker.enqueue(wish, for: key, now: now)
        drain()
    }

    mutating func wait(_ duration: Duration) {
        let end = now + duration
        while let deadline = matchmaker.deadline, deadline <= end {
            now = max(now, deadline)
            matchmaker.advance(to: now)
            drain()
        }
        now = end
    }

    mutating func drain() {
        while let output = matchmaker.nextOutput() { outputs.append(output) }
    }

    mutating func accept(_ key: SessionKey) -> Bool { matchmaker.accept(key) }

    mutating func skip(_ key: SessionKey) -> Bool { matchmaker.skip(key, now: now) }

    /// Who was found last, in pairs.
    var offers: [SessionKey: MatchOffer] {
        var offers: [SessionKey: MatchOffer] = [:]
        for case .found(let key, let offer) in outputs { offers[key] = offer }
        return offers
    }

    func arePaired(_ first: SessionKey, _ second: SessionKey) -> Bool {
        offers[first] != nil && offers[first] == offers[second]
    }
}

@Suite("The matchmaker")
struct MatchmakerTests {
    @Test("two strangers are asked at once, and matched when both accept")
    func pair() {
        var queue = Queue()
        let first = queue.add()
        #expect(queue.outputs.isEmpty && queue.matchmaker.deadline == nil)
        let second = queue.add()
        #expect(queue.arePaired(first, second) && queue.matchmaker.waitingCount == 0)
        #expect(queue.accept(first) == true)
        #expect(queue.accept(first) == true)
        queue.drain()
        #expect(queue.outputs.count == 2)
        #expect(queue.accept(second) == true)
        queue.drain()
        #expect(queue.outputs.last == .made(first, second, .video, since: [.origin, .origin]))
        queue.wait(.seconds(60))
        #expect(queue.outputs.count == 3 && !queue.matchmaker.holds(first) && queue.matchmaker.deadline == nil)
    }

    @Test(
        "text and video do not meet, and who takes either meets both",
        arguments: [
            (MatchMedia.text, MatchMedia.text, MatchMedia.text as MatchMedia?), (.video, .text, nil), (.any, .text, .text),
            (.video, .any, .video), (.any, .any, .video),
        ])
    func media(first: MatchMedia, second: MatchMedia, agreed: MatchMedia?) {
        var queue = Queue()
        let one = queue.add(MatchWish(media: first))
        let other = queue.add(MatchWish(media: second))
        queue.wait(.seconds(120))
        #expect(queue.offers[one]?.media == agreed && queue.offers[other]?.media == agreed)
    }

    @Test("pools do not meet")
    func pools() {
        var queue = Queue()
        _ = queue.add(MatchWish(pool: "de"))
        _ = queue.add(MatchWish(pool: "fr"))
        queue.wait(.seconds(120))
        #expect(queue.outputs.isEmpty && queue.matchmaker.waitingCount == 2)
    }

    @Test("most common interests win over who came first, whatever their case")
    func interests() {
        var queue = Queue()
        let one = queue.add(MatchWish(interests: ["chess", "go"]))
        let two = queue.add(MatchWish(interests: ["Swift", "rust", "cats"]))
        let three = queue.add(MatchWish(interests: ["CHESS", "swift", "Rust"]))
        #expect(queue.arePaired(two, three) && queue.offers[one] == nil)
        #expect(queue.offers[two]?.interests == ["rust", "swift"])
    }

    @Test("a common interest is needed for ten seconds, by a strict one for ever")
    func relaxedInterests() {
        var queue = Queue()
        let one = queue.add(MatchWish(interests: ["chess"]))
        let two = queue.add()
        queue.wait(.milliseconds(9999))
        #expect(queue.offers.isEmpty)
        queue.wait(.milliseconds(600))
        #expect(queue.arePaired(one, two))
        var strict = Queue()
        _ = strict.add(MatchWish(interests: ["chess"], strict: true))
        _ = strict.add()
        strict.wait(.seconds(600))
        #expect(strict.offers.isEmpty)
    }

    @Test("the distance grows with waiting: twice after five seconds, anywhere after thirty; never for a strict one")
    func distance() {
        let berlin = { (limit: Double?, strict: Bool) in
            MatchWish(latitude: 52.52, longitude: 13.405, maximumDistance: limit, strict: strict)
        }
        let munich = MatchWish(latitude: 48.137, longitude: 11.575)
        var near = Queue()
        let first = near.add(berlin(600, false))
        _ = near.add(munich)
        #expect(near.offers[first]?.distance == 504)
        var growing = Queue()
        _ = growing.add(berlin(300, false))
        _ = growing.add(munich)
        growing.wait(.milliseconds(4900))
        #expect(growing.offers.isEmpty)
        growing.wait(.milliseconds(600))
        #expect(growing.offers.count == 2)
        var anywhere = Queue()
        _ = anywhere.add(berlin(1, false))
        _ = anywhere.add(MatchWish())
        anywhere.wait(.milliseconds(29_900))
        #expect(anywhere.offers.isEmpty)
        anywhere.wait(.milliseconds(600))
        #expect(anywhere.offers.count == 2)
        var strict = Queue()
        _ = strict.add(berlin(300, true))
        _ = strict.add(munich)
        strict.wait(.seconds(600))
        #expect(strict.offers.isEmpty)
    }

    @Test("who accepted and was let down waits again in its old place, who did not answer is out")
    func timeout() {
        var queue = Queue()
        let one = queue.add()
        let two = queue.add()
        _ = queue.accept(one)
        queue.wait(.milliseconds(4999))
        #expect(queue.outputs.count == 2)
        queue.wait(.milliseconds(1))
        #expect(queue.outputs.suffix(2) == [.ended(one, .partnerGone, isQueued: true), .ended(two, .timeout, isQueued: false)])
        #expect(queue.matchmaker.holds(one) && !queue.matchmaker.holds(two))
        #expect(queue.matchmaker.waitingSince(one) == .origin)
        let three = queue.add()
        #expect(queue.arePaired(one, three))
    }

    @Test("who is skipped keeps its place, who skips goes to the end, and the two do not meet again")
    func skip() {
        var queue = Queue()
        let one = queue.add()
        let two = queue.add()
        queue.wait(.seconds(1))
        #expect(queue.skip(two) == true)
        queue.drain()
        #expect(
            queue.outputs.suffix(2) == [.ended(one, .partnerGone, isQueued: true), .ended(two, .skipped, isQueued: true)])
        queue.wait(.seconds(60))
        #expect(queue.outputs.count == 4)
        let three = queue.add()
        #expect(queue.arePaired(one, three))
        let wasAsked = [queue.skip(two), queue.accept(two)]
        #expect(wasAsked == [false, false])
    }

    @Test("the last four partners are remembered, by either side; who has forgotten may meet again")
    func memory() {
        var queue = Queue()
        let one = queue.add()
        var partners: [SessionKey] = []
        for _ in 0..<5 {
            let partner = queue.add()
            partners.append(partner)
            #expect(queue.arePaired(one, partner))
            _ = queue.accept(one)
            _ = queue.accept(partner)
            queue.drain()
            queue.again(one)
        }
        queue.outputs = []
        queue.again(partners[4])
        queue.wait(.seconds(5))
        #expect(queue.outputs.isEmpty)
        queue.matchmaker.withdraw(partners[4], now: queue.now)
        queue.matchmaker.forget(partners[0], now: queue.now)
        queue.again(partners[0])
        #expect(queue.arePaired(one, partners[0]))
    }

    @Test("a partner that goes lets the other wait again; nothing is left of who went")
    func gone() {
        var queue = Queue()
        let one = queue.add()
        let two = queue.add()
        _ = queue.accept(two)
        queue.matchmaker.forget(one, now: queue.now)
        queue.drain()
        #expect(queue.outputs.last == .ended(two, .partnerGone, isQueued: true))
        #expect(!queue.matchmaker.holds(one) && queue.matchmaker.proposalCount == 0)
        queue.matchmaker.forget(two, now: queue.now)
        queue.wait(.seconds(10))
        #expect(queue.matchmaker.waitingCount == 0 && queue.matchmaker.deadline == nil)
    }

    @Test("whatever people do, each is in one place, no pair is mixed up, and all who fit are found", arguments: 0..<4)
    func anything(part: Int) {
        for seed in UInt64(part * 50)..<UInt64(part * 50 + 50) {
            var random = SplitMix64(seed: seed)
            var queue = Queue()
            var keys: [SessionKey] = []
            for _ in 0..<150 {
                let wish = MatchWish(
                    media: MatchMedia.allCases.randomElement(using: &random) ?? .any,
                    interests: random.next() % 2 == 0 ? ["a", "b", "c"].filter { _ in random.next() % 2 == 0 } : [])
                let key = keys.randomElement(using: &random)
                switch random.next() % 7 {
                case 0, 1: keys.append(queue.add(wish))
                case 2: if let key { queue.again(key, wish) }
                case 3: if let key { _ = queue.accept(key) }
                case 4: if let key { _ = queue.skip(key) }
                case 5: if let key { queue.matchmaker.withdraw(key, now: queue.now) }
                default: queue.wait(.milliseconds(Int64(random.next() % 3000)))
                }
                queue.drain()
                let held = keys.count { queue.matchmaker.holds($0) }
                #expect(held == queue.matchmaker.waitingCount + 2 * queue.matchmaker.proposalCount, "seed \(seed)")
                #expect(keys.count { queue.matchmaker.isAsked($0) } == 2 * queue.matchmaker.proposalCount, "seed \(seed)")
            }
            for key in keys { queue.matchmaker.forget(key, now: queue.now) }
            queue.drain()
            queue.wait(.seconds(20))
            #expect(queue.matchmaker.waitingCount == 0 && queue.matchmaker.deadline == nil, "seed \(seed)")
        }
    }
}
