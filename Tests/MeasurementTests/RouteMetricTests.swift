import HandmadeRecords
import Measurement
import RTCCore
import RTCICE
import RTCPeer
import Testing

@Suite("Which way calls went")
struct RouteMetricTests {
    private func candidate(_ kind: IceCandidate.Kind) -> IceCandidate {
        IceCandidate(foundation: "1", priority: 1, address: .loopback(port: 5000), kind: kind)
    }

    /// Two bots, of which one publishes, whose call went over this pair.
    private func measurement(
        _ local: IceCandidate.Kind, _ remote: IceCandidate.Kind, nominated: Bool = true, isConnected: Bool = true
    ) -> RunMeasurement {
        var record = HandmadeCall().record
        let path = Path(local: .loopback(port: 5000), remote: .loopback(port: 5001))
        record.bots[1].connections[0].statistics.candidatePairs = [
            IceCandidatePairReport(
                id: 0, local: candidate(local), remote: candidate(remote), path: path, state: .succeeded, nominated: nominated,
                priority: 1)
        ]
        if !isConnected { record.bots[1].connections[0].connectedAt = nil }
        return RunMeasurement(record)
    }

    private func shares(_ measurement: RunMeasurement) throws -> [Double?] {
        try ["host", "srflx", "relay", "failed"].map { way in
            try Assertion(parsing: "ice.pairs.\(way) == 100%", events: []).evaluate(measurement).value
        }
    }

    @Test("calls count by the way they went, and those that never connected as failed")
    func routes() throws {
        #expect(try shares(measurement(.host, .host)) == [1, 0, 0, 0])
        #expect(try shares(measurement(.host, .serverReflexive)) == [0, 1, 0, 0])
        #expect(try shares(measurement(.peerReflexive, .host)) == [0, 1, 0, 0])
        #expect(try shares(measurement(.peerReflexive, .relayed)) == [0, 0, 1, 0])
        #expect(try shares(measurement(.relayed, .host)) == [0, 0, 1, 0])
        #expect(try shares(measurement(.host, .host, isConnected: false)) == [0, 0, 0, 1])
    }

    @Test("a pair without a connection has failed")
    func nobody() throws {
        var call = HandmadeCall()
        call.isConnected = false
        #expect(try shares(call.measurement) == [0, 0, 0, 1])
    }
}
