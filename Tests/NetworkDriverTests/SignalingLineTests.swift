import NetworkDriver
import NetworkImpairment
import RTCCore
import Testing

@Suite("A machine's signaling line, in virtual time")
struct SignalingLineTests {
    private let second = Instant.seconds(1)

    private func inputs(_ line: inout SignalingLine, at now: Instant) -> [HostInput] {
        var inputs: [HostInput] = []
        while let input = line.nextInput(at: now) { inputs.append(input) }
        return inputs
    }

    @Test("lets everything through at once, in order")
    func clean() {
        var line = SignalingLine(timeout: .seconds(5))
        line.open(url: "ws://h/", now: second)
        line.send("a", now: second)
        #expect(line.deadline == second)
        #expect(line.nextOrder(at: second) == .open(url: "ws://h/", deadline: .seconds(6)))
        #expect(line.nextOrder(at: second) == .send("a"))
        line.arrived(.opened, now: second)
        line.arrived(.received("b"), now: second)
        #expect(inputs(&line, at: second) == [.signalingOpened, .signalingReceived("b")])
        line.close(code: 1000, reason: "", now: second)
        #expect(line.nextOrder(at: second) == .close(code: 1000, reason: ""))
        #expect(line.nextOrder(at: second) == nil)
        line.arrived(.closed(code: 4000, reason: "x"), now: second)
        #expect(inputs(&line, at: second) == [.signalingClosed(code: 4000, reason: "x")])
        #expect(line.deadline == nil)
    }

    @Test("holds both ways while a blackout lasts, the end of the connection too")
    func blackout() {
        var line = SignalingLine(timeout: .seconds(5))
        line.blackout(from: second, for: .seconds(2))
        line.send("a", now: second)
        line.arrived(.received("b"), now: second)
        line.arrived(.closed(code: nil, reason: "gone"), now: second)
        let end = Instant.seconds(3)
        #expect(line.deadline == end)
        #expect(line.nextOrder(at: .seconds(2.9)) == nil)
        #expect(inputs(&line, at: .seconds(2.9)) == [])
        #expect(line.nextOrder(at: end) == .send("a"))
        #expect(inputs(&line, at: end) == [.signalingReceived("b"), .signalingClosed(code: nil, reason: "gone")])
    }

    @Test("an attempt that begins in a short blackout has what is left of its time afterwards")
    func shortBlackout() {
        var line = SignalingLine(timeout: .seconds(5))
        line.blackout(from: second, for: .seconds(2))
        line.open(url: "ws://h/", now: second)
        #expect(line.nextOrder(at: second) == nil)
        #expect(line.nextOrder(at: .seconds(3)) == .open(url: "ws://h/", deadline: .seconds(6)))
    }

    @Test("an attempt that a blackout outlasts times out in its midst")
    func longBlackout() {
        var line = SignalingLine(timeout: .seconds(5))
        line.blackout(from: second, for: .seconds(60))
        line.open(url: "ws://h:8080/", now: second)
        #expect(line.deadline == .seconds(6))
        #expect(inputs(&line, at: .seconds(5.9)) == [])
        #expect(
            inputs(&line, at: .seconds(6))
                == [.signalingClosed(code: nil, reason: "connection to h:8080 timed out after 5 s")])
        #expect(line.deadline == nil)
    }

    @Test("an attempt that is given up in a blackout says so")
    func givenUp() {
        var line = SignalingLine(timeout: .seconds(5))
        line.blackout(from: second, for: .seconds(60))
        line.open(url: "ws://h/", now: second)
        line.close(code: 1000, reason: "", now: .seconds(2))
        #expect(
            inputs(&line, at: .seconds(2)) == [.signalingClosed(code: nil, reason: "closed before it was open")])
    }

    @Test("a cut drops what is on its way, says so at once, and no attempt succeeds before its end")
    func cut() {
        var line = SignalingLine(timeout: .seconds(5))
        line.open(url: "ws://h/", now: second)
        _ = line.nextOrder(at: second)
        line.arrived(.opened, now: second)
        #expect(inputs(&line, at: second) == [.signalingOpened])
        line.arrived(.received("lost"), now: second)
        line.cut(from: second, for: .seconds(2))
        #expect(line.deadline == second)
        #expect(line.nextOrder(at: second) == .abandon)
        #expect(line.nextOrder(at: second) == nil)
        #expect(inputs(&line, at: second) == [.signalingClosed(code: nil, reason: "the connection broke")])
        line.open(url: "ws://h/", now: .seconds(2.9))
        #expect(line.nextOrder(at: .seconds(2.9)) == nil)
        #expect(inputs(&line, at: .seconds(2.9)) == [.signalingClosed(code: nil, reason: "unreachable")])
        line.open(url: "ws://h/", now: .seconds(3))
        #expect(line.nextOrder(at: .seconds(3)) == .open(url: "ws://h/", deadline: .seconds(8)))
        #expect(line.deadline == nil)
    }

    @Test("a cut without a connection says nothing")
    func cutOnNothing() {
        var line = SignalingLine(timeout: .seconds(5))
        line.cut(from: second, for: .seconds(2))
        #expect(line.deadline == nil && line.nextOrder(at: second) == nil && inputs(&line, at: second) == [])
    }

    @Test("what opens in a blackout that began after the attempt is not told before its end, and fails where that is too late")
    func blackoutMeanwhile() {
        var line = SignalingLine(timeout: .seconds(5))
        line.open(url: "ws://h:8080/", now: second)
        _ = line.nextOrder(at: second)
        line.blackout(from: second, for: .seconds(20))
        line.arrived(.opened, now: second)
        #expect(line.deadline == .seconds(6))
        #expect(inputs(&line, at: .seconds(5.9)) == [])
        #expect(line.nextOrder(at: .seconds(6)) == .abandon)
        #expect(
            inputs(&line, at: .seconds(6))
                == [.signalingClosed(code: nil, reason: "connection to h:8080 timed out after 5 s")])
    }

    @Test("after another attempt nothing more is told of the connection before")
    func another() {
        var line = SignalingLine(timeout: .seconds(5))
        line.open(url: "ws://h/", now: second)
        line.cut(from: second, for: .zero)
        line.open(url: "ws://h/", now: second)
        #expect(line.nextOrder(at: second) == .abandon)
        #expect(line.nextOrder(at: second) == .open(url: "ws://h/", deadline: .seconds(6)))
        #expect(inputs(&line, at: second) == [])
    }
}
