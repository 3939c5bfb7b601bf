import HandmadeRecords
import Measurement
import MediaTracks
import NetworkImpairment
import RTCCore
import RTCPeer
import Testing

@Suite("The frame audit behind a server that forwards")
struct ForwardingTests {
    /// Two seconds of video from 1 s on, thirty frames a second.
    private let track = HandmadeTrack(count: 60)
    private let source: UInt32 = 0xABCD
    private let renumbered: UInt16 = 65_500

    private func subscription(from start: Double = 0.9, to end: Double = 9) -> Subscription {
        Subscription(start: .seconds(start), end: .seconds(end), ssrc: source)
    }

    private func arrivals(except missing: some Collection<Int> = EmptyCollection(), from first: Int = 0) -> [ReceivedFrame] {
        Array(track.arrivals(except: missing, shift: 777, renumbered: renumbered).dropFirst(first))
    }

    @Test("what was due before the subscriber's keys were agreed was not due to it")
    func beforeSubscription() {
        let audit = track.audit(arrivals(from: 30), subscription: subscription(from: 1.99))
        #expect(audit.sent == 30)
        #expect(audit.count(.intact) == 30)
        #expect(audit.frames.first?.due == track.sent.frames[30].due)
        #expect([audit.lostByServer, audit.unexplained, audit.beforeForwarding, audit.foreign] == [0, 0, 0, 0])
    }

    @Test("a frame that was due a moment before the subscription and came all the same counts")
    func underWay() {
        let audit = track.audit(arrivals(from: 29), subscription: subscription(from: 1.99))
        #expect(audit.sent == 31)
        #expect(audit.count(.intact) == 31)
    }

    @Test("what the server did not yet forward is withheld, not missing")
    func beforeForwarding() {
        let audit = track.audit(arrivals(from: 33), subscription: subscription(from: 1.99))
        #expect(audit.sent == 30)
        #expect(audit.count(.withheld) == 3 && audit.beforeForwarding == 3)
        #expect(audit.count(.intact) == 27)
        #expect(audit.lostByServer == 0)
    }

    @Test("nothing is due to a subscriber that has hung up")
    func afterwards() {
        let audit = track.audit(arrivals().filter { $0.completedAt < .seconds(2) }, subscription: subscription(to: 1.95))
        #expect(audit.sent == audit.count(.intact))
        #expect(audit.frames.allSatisfy { $0.due < .seconds(1.95) })
        #expect(audit.sent > 20)
    }

    @Test("what the publisher's network dropped has that cause at every subscriber")
    func lossBefore() {
        let ledger = HandmadeTrack.ledger(track.drops(of: [7, 8], packet: 0))
        let audit = track.audit(arrivals(except: [7, 8]), ledger: ledger, subscription: subscription())
        #expect(audit.count(.missing) == 2)
        #expect([audit.frames[7].cause, audit.frames[8].cause] == [.loss, .loss])
        #expect(audit.frames[7].packetsDropped == 1)
        #expect(audit.lostByServer == 0)
    }

    @Test("what the subscriber's network dropped is found under the server's own source and numbers")
    func lossBehind() {
        let drops = track.drops(of: [7, 8], packet: 0, later: .milliseconds(5), source: source, renumbered: renumbered)
        let audit = track.audit(
            arrivals(except: [7, 8]), ledger: HandmadeTrack.ledger(drops), subscription: subscription())
        #expect([audit.frames[7].cause, audit.frames[8].cause] == [.loss, .loss])
        #expect(audit.frames[7].packetsDropped == 1)
        #expect([audit.lostByServer, audit.unexplained] == [0, 0])
    }

    @Test("also where the first frames of a subscription were dropped")
    func lossAtTheBeginning() {
        let drops = track.drops(of: [0, 1], later: .milliseconds(5), source: source, renumbered: renumbered)
        let audit = track.audit(
            arrivals(except: [0, 1]), ledger: HandmadeTrack.ledger(drops), subscription: subscription())
        #expect(audit.count(.missing) == 2 && audit.beforeForwarding == 0)
        #expect([audit.frames[0].cause, audit.frames[1].cause] == [.loss, .loss])
    }

    @Test("what no network dropped is the server's own loss, and has that name")
    func serverLoss() {
        let elsewhere = track.drops(of: [7, 8], source: source &+ 1, renumbered: renumbered)
        let audit = track.audit(
            arrivals(except: [7, 8]), ledger: HandmadeTrack.ledger(elsewhere), subscription: subscription())
        #expect(audit.count(.missing) == 2)
        #expect(audit.lostByServer == 2)
        #expect(audit.unexplained == 0)
    }

    @Test("a server that leaves packets out of the numbering is followed from frame to frame")
    func renumberedInBetween() {
        let later = arrivals(except: [40]).map { frame in
            var frame = frame
            if frame.firstPacketAt > .seconds(2) { frame.firstSequence &-= 9 }
            return frame
        }
        let drops = track.drops(of: [40], packet: 0, source: source, renumbered: renumbered &- 9)
        let audit = track.audit(later, ledger: HandmadeTrack.ledger(drops), subscription: subscription())
        #expect(audit.frames[40].cause == .loss)
    }

    // MARK: - Whole runs

    /// One publisher and two subscribers, the second of whom comes later and reconnects.
    private func record() -> RunRecord {
        var record = HandmadeCall([], stopAt: .seconds(8)).record
        record.bots[0].publishes = [.video]
        var publication = record.bots[0].connections[0]
        publication.remote = "janus"
        publication.isForwarded = true
        publication.sent = [track.sent]
        record.bots[0].connections = [publication]
        record.bots[0].subscribes = false
        let sample = record.bots[1].connections[0]
        func connection(_ frames: [ReceivedFrame], from start: Double, to end: Double?) -> ConnectionRecord {
            var connection = sample
            connection.createdAt = .seconds(start - 0.1)
            connection.connectedAt = .seconds(start)
            connection.endedAt = end.map { .seconds($0) }
            connection.received = [ReceivedTrackRecord(kind: .video, frames: frames)]
            connection.statistics.tracks = [
                PeerStatistics.Track(mid: "1", kind: .video, ssrc: 77, remoteSSRC: source)
            ]
            return connection
        }
        record.bots[1].connections = [connection(arrivals(), from: 0.9, to: nil)]
        var second = record.bots[1]
        second.name = "callers[2]"
        second.connections = [
            connection(Array(arrivals()[15..<30]), from: 1.49, to: 1.99),
            connection(Array(arrivals()[45..<60]), from: 2.49, to: nil),
        ]
        record.bots.append(second)
        record.hosts.append(HostReport(index: 2, up: PipeCounters(), down: PipeCounters(), ledger: []))
        return record
    }

    @Test("each subscriber has a row of its own, whose frames are those of its own time")
    func rows() throws {
        let measurement = RunMeasurement(record())
        #expect(measurement.audits.map(\.to) == ["callers[1]", "callers[2]"])
        #expect(measurement.audits.map(\.from) == ["callers[0]", "callers[0]"])
        #expect(measurement.audits.map(\.sent) == [60, 30])
        #expect(measurement.audits.map { $0.count(.intact) } == [60, 30])
        #expect(measurement.seen == 1)
        #expect(measurement.offered.tracksDue == 2 && measurement.offered.tracksSent == 2)
    }

    @Test("who subscribes to nobody is not expected to see anybody")
    func subscribesToNobody() {
        var record = record()
        record.bots[2].connections = []
        #expect(RunMeasurement(record).seen == 0.5)
        record.bots[2].subscribes = false
        #expect(RunMeasurement(record).seen == 1)
    }
}
