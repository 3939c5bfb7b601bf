import RTCCore
import SignalingProtocol
import Testing

@Suite("How calls went, as clients tell it")
struct CallReportTests {
    private func track(_ kind: CallTrack.Kind = .audio, _ change: (inout CallTrack) -> Void = { _ in }) -> CallTrack {
        var track = CallTrack(kind: kind, mid: "0")
        change(&track)
        return track
    }

    private func code(_ text: String) -> ErrorCode? {
        do {
            _ = try CallReport.parse(text)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("a report comes back as it was written, every number of it")
    func roundTrip() throws {
        var full = track(.video)
        for (index, (_, path)) in CallTrack.counts.enumerated() { full[keyPath: path] = Int64(index) + (1 << 50) }
        for (index, (_, path)) in CallTrack.durations.enumerated() { full[keyPath: path] = Double(index) + 0.1 }
        let reports = [
            CallReport(remote: "p_1", outcome: .connected, duration: 12.3, setup: 0.21, tracks: [full, track()]),
            CallReport(remote: "p_2", outcome: .failed, duration: 0, tracks: []),
        ]
        #expect(try CallReport.parse(CallReport.text(reports)) == reports)
    }

    @Test("what is no report is refused, and says which field")
    func refusals() {
        #expect(code("{") == .badJSON)
        #expect(code("{}") == .badRequest)
        #expect(code(#"{"calls":7}"#) == .badRequest)
        #expect(code(#"{"calls":[7]}"#) == .badRequest)
        #expect(code(#"{"calls":[{"remote":"q","outcome":"odd"}]}"#) == .badRequest)
        #expect(code(#"{"calls":[{"remote":"q","outcome":"failed","duration":-1}]}"#) == .badRequest)
        #expect(code(#"{"calls":[{"remote":"q","outcome":"failed","tracks":[{"kind":"smell"}]}]}"#) == .badRequest)
        #expect(
            code(#"{"calls":[{"remote":"q","outcome":"failed","tracks":[{"kind":"audio","packetsSent":-1}]}]}"#) == .badRequest)
        #expect(code(#"{"calls":[{"remote":"q","outcome":"failed","tracks":[{"kind":"audio","packetsLost":-1}]}]}"#) == nil)
        let call = #"{"remote":"q","outcome":"failed"}"#
        let many = Array(repeating: call, count: CallReport.most + 1).joined(separator: ",")
        #expect(code(#"{"calls":[\#(many)]}"#) == .badRequest)
    }

    @Test("loss, jitter and round trip are those of all tracks together")
    func sums() {
        let report = CallReport(
            remote: "q", outcome: .connected, duration: 10,
            tracks: [
                track {
                    $0.packetsReceived = 90
                    $0.packetsLost = 10
                    $0.jitter = 0.002
                    $0.roundTripTime = 0.03
                },
                track(.video) {
                    $0.packetsReceived = 300
                    $0.packetsLost = -5
                    $0.jitter = 0.004
                    $0.totalFreezesDuration = 1
                },
            ])
        #expect(report.loss == 0.025)
        #expect(report.jitter == 0.003)
        #expect(report.roundTripTime == 0.03)
        #expect(report.freezeRatio == 0.1)
    }

    @Test("health is 100 for a flawless call, 0 for none, and each flaw takes something")
    func health() {
        func health(_ change: (inout CallTrack) -> Void) -> Double {
            CallReport(remote: "q", outcome: .connected, duration: 10, tracks: [track(.video, change)]).health
        }
        #expect(health { _ in } == 100)
        #expect(CallReport(remote: "q", outcome: .failed, duration: 0, tracks: []).health == 0)
        let lossy = health {
            $0.packetsReceived = 95
            $0.packetsLost = 5
        }
        #expect(lossy < 95 && lossy > 60)
        #expect(health { $0.roundTripTime = 0.8 } < health { $0.roundTripTime = 0.1 })
        #expect(health { $0.jitter = 0.2 } < 90)
        #expect(health { $0.totalFreezesDuration = 1 } == 80)
        #expect(health { $0.totalFreezesDuration = 9 } == 0)
    }
}
