import HandmadeRecords
import Measurement
import RTCCore
import RTCICE
import RTCPeer
import Testing

@Suite("Why two never connected")
struct UnconnectedTests {
    private func candidate(_ kind: IceCandidate.Kind) -> IceCandidate {
        IceCandidate(foundation: "1", priority: 1, address: .loopback(port: 5000), kind: kind)
    }

    /// A connection with pairs of host candidates here and reflexive ones there.
    private func connection(
        _ states: [IceCandidatePairReport.State], isConnected: Bool = false, _ change: (inout PeerStatistics) -> Void = { _ in }
    ) -> ConnectionRecord {
        var connection = HandmadeCall().record.bots[1].connections[0]
        if !isConnected { connection.connectedAt = nil }
        connection.statistics.localCandidates = [candidate(.host)]
        connection.statistics.candidatePairs = states.enumerated().map { index, state in
            IceCandidatePairReport(
                id: UInt32(index), local: candidate(.host), remote: candidate(.serverReflexive),
                path: Path(local: .loopback(port: 5000), remote: .loopback(port: 6000 + UInt16(index))), state: state,
                nominated: false, priority: 1)
        }
        change(&connection.statistics)
        return connection
    }

    @Test("who connected needs no reason")
    func connected() {
        #expect(connection([.succeeded], isConnected: true).whyUnconnected == nil)
    }

    @Test("the reason says how far it came, over which kinds of candidates, and whether there was a relay")
    func reasons() {
        let ways = "host here, srflx there, no relay"
        #expect(connection([]).whyUnconnected == "no address of the other side is known that fits one here, no relay")
        #expect(connection([.failed, .failed]).whyUnconnected == "no pair got an answer: \(ways)")
        #expect(
            connection([.failed]) { $0.ice.checksReceived = 3 }.whyUnconnected
                == "their checks came, and none of ours was answered: \(ways)")
        #expect(connection([.failed]) { $0.ice.responsesReceived = 1 }.whyUnconnected == "every answer was a refusal: \(ways)")
        #expect(
            connection([.failed, .succeeded]).whyUnconnected == "1 of 2 pairs worked and none was nominated: \(ways)")
        #expect(
            connection([.failed]) { $0.ice.relaysFailed = 2 }.whyUnconnected
                == "no pair got an answer: host here, srflx there, no relay after 2 failures")
        #expect(
            connection([.failed]) { $0.localCandidates.append(candidate(.relayed)) }.whyUnconnected
                == "no pair got an answer: host and relay here, srflx there, with a relay")
    }

    @Test("where ICE found a way it is DTLS that failed")
    func dtls() {
        let connection = connection([.succeeded]) { statistics in
            statistics.candidatePairs[0].nominated = true
            statistics.transport.dtlsState = "failed"
        }
        #expect(connection.whyUnconnected == "there was a way, and DTLS over it came to 'failed'")
    }
}
