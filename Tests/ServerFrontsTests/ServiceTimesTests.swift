import Operations
import RTCCore
import ServerFronts
import Testing

@Suite("How long the server itself takes")
struct ServiceTimesTests {
    private static let start = Instant.origin

    @Test("a request takes from its reading until everything that was read is handed over")
    func requests() {
        var times = ServiceTimes()
        times.read(type: "join", signals: 0, at: Self.start)
        times.read(type: "ping", signals: 0, at: Self.start + .milliseconds(3))
        #expect(times.requests.isEmpty)
        times.handedOver(at: Self.start + .milliseconds(4))
        times.handedOver(at: Self.start + .seconds(9))
        #expect(times.requests.keys.sorted() == ["join", "ping"])
        #expect(times.requests["join"].map { [Double($0.count), $0.sum] } == [1, 0.004])
        #expect(times.requests["ping"].map { [Double($0.count), $0.sum] } == [1, 0.001])
        #expect(times.relay.count == 0)
    }

    @Test("each signal that a message sets free counts, of whatever front; a message of no front's own counts for nothing")
    func signals() {
        var times = ServiceTimes()
        times.read(type: "ready", signals: 3, at: Self.start)
        times.read(type: nil, signals: 1, at: Self.start + .milliseconds(2))
        times.read(type: nil, signals: 0, at: Self.start)
        times.handedOver(at: Self.start + .milliseconds(6))
        #expect(times.relay.count == 4)
        #expect(abs(times.relay.sum - 0.022) < 1e-9)
        #expect(times.requests.keys.sorted() == ["ready"])
    }
}
