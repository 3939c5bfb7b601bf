import HandmadeRecords
import Measurement
import MediaTracks
import RTCCore
import RTCPeer
import Testing

@Suite("Several connections of one pair are one track")
struct ReconnectionTests {
    /// Two seconds of video on each of two connections: from 1 s, and from 6 s. RTP time begins anew on each.
    private struct Reconnection {
        var first = HandmadeTrack(ssrc: 1, from: .seconds(1), count: 60)
        var second = HandmadeTrack(ssrc: 2, from: .seconds(6), count: 60)
        var firstArrivals: [ReceivedFrame]
        var secondArrivals: [ReceivedFrame]
        var knowsSources = true
        var isReceiverReversed = false
        var lives: [(Double, Double?)] = [(0.5, 4), (5, nil)]

        init() {
            firstArrivals = first.arrivals()
            secondArrivals = second.arrivals()
        }

        var measurement: RunMeasurement {
            var record = HandmadeCall([], stopAt: .seconds(8)).record
            record.bots[0].publishes = [.video]
            let sample = record.bots[0].connections[0]
            record.bots[0].connections = []
            record.bots[1].connections = []
            for (index, (track, arrivals)) in [(first, firstArrivals), (second, secondArrivals)].enumerated() {
                var connection = sample
                connection.createdAt = .seconds(lives[index].0)
                connection.endedAt = lives[index].1.map { .seconds($0) }
                connection.sent = [track.sent]
                record.bots[0].connections.append(connection)
                connection.remote = "callers[0]"
                connection.sent = []
                connection.received = [ReceivedTrackRecord(kind: .video, frames: arrivals)]
                if knowsSources {
                    connection.statistics.tracks = [
                        PeerStatistics.Track(mid: "1", kind: .video, ssrc: 77, remoteSSRC: track.sent.ssrc)
                    ]
                }
                record.bots[1].connections.append(connection)
            }
            if isReceiverReversed { record.bots[1].connections.reverse() }
            return RunMeasurement(record)
        }

        func value(_ text: String) throws -> Double {
            let result = try Assertion(parsing: text, events: []).evaluate(measurement)
            return try #require(result.value, "\(result.explanation)")
        }
    }

    @Test("what was sent and what came are added up in one row, by time", arguments: [true, false], [true, false])
    func oneRow(knowsSources: Bool, isReversed: Bool) throws {
        var call = Reconnection()
        call.knowsSources = knowsSources
        call.isReceiverReversed = isReversed
        let audits = call.measurement.audits
        #expect(audits.count == 1)
        let audit = try #require(audits.first)
        #expect(audit.sent == 120)
        #expect(audit.count(.intact) == 120)
        #expect(audit.foreign == 0 && audit.repeated == 0)
        #expect(zip(audit.frames, audit.frames.dropFirst()).allSatisfy { $0.due < $1.due })
        #expect(audit.frames.allSatisfy { $0.latency == .milliseconds(20) && $0.isDecodable })
        #expect(call.measurement.offered.tracksSent == 1)
    }

    @Test("each connection is compared with its own other end, though RTP times and bytes are the same on both")
    func ownEnd() throws {
        var call = Reconnection()
        call.secondArrivals = call.second.arrivals(except: [3, 4])
        call.firstArrivals = call.first.arrivals(except: [7])
        let frames = try #require(call.measurement.audits.first).frames
        #expect(frames.indices.filter { frames[$0].outcome == .missing } == [7, 63, 64])
    }

    @Test("the SSRC says who belongs together, also where the times say otherwise")
    func sourceBeforeTime() throws {
        var call = Reconnection()
        call.lives = [(0.5, nil), (0.5, nil)]
        call.isReceiverReversed = true
        let known = try #require(call.measurement.audits.first)
        #expect(known.frames.allSatisfy { $0.outcome == .intact && $0.latency == .milliseconds(20) })
        call.knowsSources = false
        let guessed = try #require(call.measurement.audits.first)
        #expect(!guessed.frames.allSatisfy { $0.outcome == .intact && $0.latency == .milliseconds(20) })
    }

    @Test("an end that lived at another time is nobody's other end: nothing came, and what it got is foreign")
    func strangers() throws {
        var call = Reconnection()
        call.knowsSources = false
        var record = call.measurement.record
        record.bots[1].connections[0].createdAt = .seconds(4.2)
        record.bots[1].connections[0].endedAt = .seconds(4.8)
        let audit = try #require(RunMeasurement(record).audits.first)
        #expect(audit.count(.missing) == 60)
        #expect(audit.foreign == 60)
    }

    @Test("the time between two connections is an outage, and no latency")
    func outage() throws {
        let call = Reconnection()
        #expect(abs(try call.value("outage max < 9s") - (5 - 59.0 / 30)) < 0.001)
        #expect(abs(try call.value("video.latency max < 1s") - 0.02) < 1e-6)
        #expect(try call.value("video.latency count == 120") == 120)
        #expect(try call.value("seen == 100%") == 1)
    }

    @Test("the first frame is the first of all connections")
    func firstFrame() throws {
        var call = Reconnection()
        #expect(abs(try call.value("first_frame max < 9s") - 1.02) < 1e-6)
        call.firstArrivals = []
        #expect(abs(try call.value("first_frame max < 9s") - 6.02) < 1e-6)
        #expect(call.measurement.sightings.first?.firstVideo == 6.02)
    }

    @Test("counters are compared within a connection, never over the seam")
    func counters() throws {
        let call = Reconnection()
        var record = call.measurement.record
        for (index, start) in [1.5, 6.5].enumerated() {
            record.bots[1].connections[index].samples = (0...1).map { step in
                ConnectionSample(
                    at: .seconds(start + Double(step)),
                    tracks: [
                        .init(
                            kind: .video, bytesReceived: UInt64(step) * 1000, packetsReceived: UInt64(step) * 100,
                            packetsLost: Int64(step * index * 10), bytesSent: 0, packetsSent: 0, jitter: 0)
                    ], roundTripTime: nil)
            }
        }
        let measurement = RunMeasurement(record)
        let bitrates = try Assertion(parsing: "video.in.bitrate count == 2", events: []).evaluate(measurement)
        #expect(bitrates.status == .pass)
        let loss = try Assertion(parsing: "video.in.loss max < 50%", events: []).evaluate(measurement)
        #expect(abs(try #require(loss.value) - 10.0 / 210) < 1e-9)
    }

    @Test("nothing is due to a receiver that has stopped")
    func receiverLeaves() throws {
        var record = HandmadeCall([HandmadeTrack(count: 60)], stopAt: .seconds(9)).record
        record.bots[1].stopDue = .seconds(3)
        let result = try Assertion(parsing: "outage max == 0", events: []).evaluate(RunMeasurement(record))
        #expect(result.status == .pass, "\(result.explanation)")
    }
}
