import Operations
import ServerFronts
import SignalingProtocol
import Testing

@Suite("Figures of calls")
struct CallCountsTests {
    @Test("one client's call of next to no time does not drown the sums of all")
    func short() {
        var counts = CallCounts()
        var track = CallTrack(kind: .video, mid: "0")
        track.bytesReceived = 1_000_000
        counts.add(CallReport(remote: "p", outcome: .connected, duration: 8, tracks: [track]))
        counts.add(CallReport(remote: "p", outcome: .connected, duration: 1e-300, tracks: [track]))
        #expect(counts.connected == 2 && counts.bitrate.sum == 1_000_000 && counts.bitrate.count == 1)
    }
}
