import HandmadeRecords
import Measurement
import NetworkImpairment
import RTCCore
import RTCPeer
import Testing

@Suite("The ledger explains what did not arrive")
struct PacketLedgerTests {
    @Test("every missing and damaged frame names what dropped its packet")
    func causes() {
        let track = HandmadeTrack(count: 30)
        let entries = track.drops(of: [4]) + track.drops(of: [5], packet: 1) + track.drops(of: [6], blackout: true)
        let arrivals = track.arrivals(except: [4, 5, 6]) + [track.arrival(5, outcome: .damaged)]
        let audit = track.audit(arrivals, ledger: HandmadeTrack.ledger(entries))
        #expect((4...6).map { audit.frames[$0].cause } == [.loss, .loss, .blackout])
        #expect((4...6).map { audit.frames[$0].packetsDropped } == [2, 1, 1])
        #expect(audit.unexplained == 0)
        #expect(audit.frames[3].cause == nil)
    }

    @Test("a frame that is missing though no stage dropped its packets is unexplained")
    func unexplained() {
        let track = HandmadeTrack(count: 30)
        let audit = track.audit(track.arrivals(except: [4, 9]), ledger: HandmadeTrack.ledger(track.drops(of: [4])))
        #expect(audit.unexplained == 1)
        #expect(audit.frames[9].cause == nil)
    }

    @Test("another stream's drop of the same number explains nothing")
    func otherStream() {
        let track = HandmadeTrack(ssrc: 1, count: 30)
        let other = HandmadeTrack(ssrc: 2, count: 30)
        #expect(track.audit(track.arrivals(except: [4]), ledger: HandmadeTrack.ledger(other.drops(of: [4]))).unexplained == 1)
    }

    @Test("with a network of others between, nothing has to be explained")
    func noLedger() {
        let track = HandmadeTrack(count: 30)
        let audit = track.audit(track.arrivals(except: [4]), ledger: nil)
        #expect(audit.unexplained == 0)
        #expect(audit.frames[4].packetsDropped == 0)
    }

    @Test("a drop that repair made good is still counted as dropped by the network")
    func repairedDrop() {
        let track = HandmadeTrack(count: 30)
        let audit = track.audit(track.arrivals(), ledger: HandmadeTrack.ledger(track.drops(of: [2, 7])))
        #expect(audit.count(.intact) == 30)
        #expect(audit.frames.reduce(0) { $0 + $1.packetsDropped } == 5)
        #expect(audit.frames[2].cause == nil)
    }

    @Test("sequence numbers wrap within a frame")
    func wrapInside() {
        let track = HandmadeTrack(count: 30, firstIndex: 2, firstSequence: 65_535)
        #expect(track.sent.frames[0].packetCount == 3)
        for packet in 0..<3 {
            let ledger = HandmadeTrack.ledger(track.drops(of: [0], packet: packet))
            let audit = track.audit(track.arrivals(except: [0]), ledger: ledger)
            #expect(audit.frames[0].cause == .loss)
            #expect(audit.unexplained == 0)
        }
    }

    @Test("the same sixteen bits one round earlier or later explain nothing")
    func wrapFarAway() {
        let early = HandmadeTrack(from: .seconds(1), count: 30, firstSequence: 100)
        let late = HandmadeTrack(from: .seconds(41), count: 30, firstSequence: 100 + 65_536)
        let earlyDrop = HandmadeTrack.ledger(early.drops(of: [4]))
        #expect(early.audit(early.arrivals(except: [4]), ledger: earlyDrop).unexplained == 0)
        #expect(late.audit(late.arrivals(except: [4]), ledger: earlyDrop).unexplained == 1)
        let lateDrop = HandmadeTrack.ledger(late.drops(of: [4]))
        #expect(early.audit(early.arrivals(except: [4]), ledger: lateDrop).unexplained == 1)
        #expect(late.audit(late.arrivals(except: [4]), ledger: lateDrop).unexplained == 0)
    }

    @Test("a packet may be dropped at the far end, or waiting in a queue, after it was sent", arguments: [0, 100, 19_000])
    func laterDrop(milliseconds: Int) {
        let track = HandmadeTrack(count: 30)
        let ledger = HandmadeTrack.ledger(track.drops(of: [4], later: .milliseconds(milliseconds)))
        #expect(track.audit(track.arrivals(except: [4]), ledger: ledger).frames[4].cause == .loss)
    }
}
