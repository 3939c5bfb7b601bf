import NetworkImpairment
import RTCCore
import Testing

@Suite("Signaling on its way")
struct ReliablePipeTests {
    @Test("comes out after the delay, in order")
    func delay() {
        var pipe = SignalingPipe(delay: .milliseconds(20))
        pipe.offer("a", now: .origin)
        pipe.offer("b", now: .milliseconds(5))
        #expect(pipe.deadline == .milliseconds(20))
        #expect(pipe.nextRelease(at: .milliseconds(19)) == nil)
        #expect(pipe.nextRelease(at: .milliseconds(20)) == "a")
        #expect(pipe.deadline == .milliseconds(25))
        #expect(pipe.nextRelease(at: .milliseconds(30)) == "b")
        #expect(pipe.deadline == nil)
    }

    @Test("is held through a blackout, what was under way included, and nothing is lost")
    func blackout() {
        var pipe = SignalingPipe(delay: .milliseconds(20))
        pipe.offer("before", now: .origin)
        pipe.blackout(from: .milliseconds(10), for: .seconds(1))
        pipe.offer("during", now: .milliseconds(500))
        #expect(pipe.nextRelease(at: .milliseconds(1029)) == nil)
        #expect(pipe.nextRelease(at: .milliseconds(1030)) == "before")
        #expect(pipe.nextRelease(at: .milliseconds(1030)) == "during")
        pipe.offer("after", now: .milliseconds(1100))
        #expect(pipe.deadline == .milliseconds(1120))
    }

    @Test("keeps its order when the delay shrinks")
    func shrinkingDelay() {
        var pipe = SignalingPipe(delay: .milliseconds(100))
        pipe.offer("slow", now: .origin)
        pipe.delay = .zero
        pipe.offer("fast", now: .milliseconds(1))
        #expect(pipe.deadline == .milliseconds(100))
        #expect(pipe.nextRelease(at: .milliseconds(100)) == "slow")
        #expect(pipe.nextRelease(at: .milliseconds(100)) == "fast")
    }

    @Test("carries thousands of messages without keeping the old ones")
    func many() {
        var pipe = ReliablePipe<Int>(delay: .milliseconds(50))
        var found: [Int] = []
        for number in 0..<5000 {
            let now = Instant.milliseconds(UInt64(number))
            pipe.offer(number, now: now)
            while let message = pipe.nextRelease(at: now) { found.append(message) }
            #expect(pipe.count <= 51)
        }
        while let message = pipe.nextRelease(at: .seconds(60)) { found.append(message) }
        #expect(found == Array(0..<5000))
    }
}
