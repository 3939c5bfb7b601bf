public import Measurement

/// `result.json`: everything that a program may want to know about a run, with sorted keys and SI units.
public struct RunResult: Codable, Sendable {
    public static let schemaVersion = "starling.result/1"

    public var schema = RunResult.schemaVersion
    public var scenario: Scenario
    public var seed: UInt64
    /// `run` or `simulate`.
    public var driver: String
    public var verdict: String
    public var exitCode: Int32
    public var reasons: [String]
    public var assertions: [AssertionRow]
    public var offered: Offered
    public var achieved: Achieved
    public var generator: Generator
    /// Durations in seconds, by phase, over all peers.
    public var phases: [String: Distribution]
    public var metrics: [String: Distribution]
    public var audit: [AuditRow]
    public var voice: [VoiceRow]
    public var faults: [FaultRow]
    /// Absent where nobody had to come back.
    public var reconnects: Reconnects?
    public var network: [NetworkRow]
    public var peers: [PeerRow]
    public var failures: [FailureRow]
    public var replay: String

    public struct Scenario: Codable, Sendable {
        public var name: String
        public var title: String
        public var path: String
        public var run: String
        /// Seconds.
        public var duration: Double

        public init(name: String, title: String, path: String, run: String, duration: Double) {
            self.name = name
            self.title = title
            self.path = path
            self.run = run
            self.duration = duration
        }
    }

    public struct AssertionRow: Codable, Sendable {
        public var text: String
        public var value: Double?
        public var status: String
        public var explanation: String
        /// Where the scenario's file says so; absent for what is implied.
        public var line: Int? = nil
        /// Who, when, why and where to look; for assertions that do not hold.
        public var evidence: [Evidence]? = nil
    }

    public struct Offered: Codable, Sendable {
        public var peers: Int
        public var tracks: Int
        public var frames: Int
    }

    public struct Achieved: Codable, Sendable {
        public var peers: Int
        public var tracks: Int
        public var frames: Int
        public var packets: Int
    }

    /// How the machine that made the load fared.
    public struct Generator: Codable, Sendable {
        public var framesLate: UInt64
        public var worstSlip: Double
        public var worstLoopLag: Double
        public var socketDrops: UInt64
        public var sendFailures: UInt64
        public var cpuSeconds: Double
        public var peakMemory: UInt64
    }

    public struct Distribution: Codable, Sendable, Hashable {
        public var count: Int
        public var mean: Double?
        public var p50: Double?
        public var p95: Double?
        public var p99: Double?
        public var max: Double?
        /// Samples that have no finite value, such as a recovery that never came.
        public var never: Int?
        /// Of durations: adds up with those of other runs, where percentiles do not.
        public var histogram: Histogram?
    }

    public struct AuditRow: Codable, Sendable, Hashable {
        public var from: String
        public var to: String
        public var kind: String
        /// The layer of a simulcast; absent where there is none.
        public var rid: String? = nil
        public var sent: Int
        public var intact: Int
        public var damaged: Int
        public var withheld: Int
        public var missing: Int
        /// Of the withheld: silence for which nothing is sent; absent where there is none.
        public var silent: Int? = nil
        /// Of the missing and damaged: repeated by the next frame, which came; absent where there is none.
        public var covered: Int? = nil
        /// Damaged and missing frames by what dropped their packet, `server` where only the server under test is left to have lost it;
        /// and withheld ones that were due `before_forwarding` began.
        public var causes: [String: Int]
        public var unexplained: Int
        public var foreign: Int
        public var repeated: Int
        /// What it is, for people: `video`, or `video q` for a layer.
        public var label: String { rid.map { "\(kind) \($0)" } ?? kind }
        /// Of the latencies of intact frames; all rows of a kind add up to the one of its metric.
        public var latency: Histogram? = nil
    }

    /// The E-model's word on one received audio track, and what went into it.
    public struct VoiceRow: Codable, Sendable, Hashable {
        public var from: String
        public var to: String
        public var mos: Double
        /// Where `Ie` and `Bpl` come from.
        public var profile: String
        /// Bits per second.
        public var bitrate: Double
        public var rating: Double
        public var ie: Double
        public var bpl: Double
        /// Percent.
        public var ppl: Double
        public var burstR: Double
        /// Milliseconds.
        public var ta: Double

        /// The names of G.107.
        private enum CodingKeys: String, CodingKey {
            case from, to, mos, profile, bitrate
            case rating = "R"
            case ie = "Ie"
            case bpl = "Bpl"
            case ppl = "Ppl"
            case burstR = "BurstR"
            case ta = "Ta"
        }
    }

    public struct FaultRow: Codable, Sendable {
        public var name: String
        /// Seconds since the scenario began.
        public var start: Double
        public var end: Double
        public var hits: [String]
        public var tracks: [Track]

        public struct Track: Codable, Sendable {
            public var from: String
            public var to: String
            public var kind: String
            /// The layer of a simulcast; absent where there is none.
            public var rid: String? = nil
            /// The longest stretch without intact media that the fault overlaps, in seconds.
            public var outage: Double
            /// From the end of the fault to the next intact frame, in seconds; absent if none came.
            public var recovery: Double?
            /// Whether the track was over before the fault was, so that nothing was to come; absent where it was not.
            public var over: Bool? = nil
        }

        /// Of the tracks that came back, in seconds.
        var recoveries: [Double] { tracks.compactMap(\.recovery) }
        /// Tracks that did not come back, and should have.
        var unrecovered: Int { tracks.count { $0.recovery == nil && $0.over != true } }
    }

    public struct NetworkRow: Codable, Sendable {
        public var bot: String
        public var direction: String
        public var offered: UInt64
        public var passed: UInt64
        public var dropped: [String: UInt64]
        public var duplicated: UInt64
        public var reordered: UInt64
        /// Congestion marks that the stage set; absent where there are none.
        public var marked: UInt64?
        public var bytes: UInt64
        /// Dropped of offered, 0...1.
        public var loss: Double
    }

    public struct PeerRow: Codable, Sendable {
        public var bot: String
        public var remote: String
        /// Who both were to the signaling server; absent where that is not known, and in results of older versions.
        public var participant: String?
        public var remoteParticipant: String?
        /// Absent in results of older versions.
        public var call: Call?
        /// Why the two never connected, in one line; absent where they did.
        public var unconnected: String?
        public var ice: ICE
        public var dtls: DTLS
        public var srtp: SRTP
        /// Datagrams that came with these codepoints; absent where the far side sends none (RFC 3168).
        public var ecn: ECN?
        public var tracks: [Track]
        /// W3C webrtc-stats at the end, by id.
        public var stats: [String: StatsObject]

        /// The call in all, by the rule that servers use for what clients tell them.
        public struct Call: Codable, Sendable {
            /// `connected`, or `failed` where it never was.
            public var outcome: String
            /// Seconds from connected to the end of the call or of the run.
            public var duration: Double
            /// Seconds from its beginning to connected.
            public var setup: Double?
            /// 0 to 100.
            public var health: Double
        }

        /// Named like the W3C's of received-rtp, but of every datagram.
        public struct ECN: Codable, Sendable {
            public var packetsReceivedWithEct0: UInt64
            public var packetsReceivedWithEct1: UInt64
            public var packetsReceivedWithCe: UInt64
        }

        public struct ICE: Codable, Sendable {
            public var state: String
            public var role: String
            public var local: String?
            public var remote: String?
            public var checksSent: UInt64
            public var responsesReceived: UInt64
            public var consentRequestsSent: UInt64
            /// Seconds.
            public var currentRoundTripTime: Double?
        }

        public struct DTLS: Codable, Sendable {
            public var state: String
            public var role: String
            public var version: String?
            public var cipher: String?
        }

        public struct SRTP: Codable, Sendable {
            public var cipher: String?
            public var packetsSent: UInt64
            public var packetsReceived: UInt64
            public var authenticationFailures: UInt64
            public var replays: UInt64
        }

        /// Names and units of the W3C's inbound-rtp, outbound-rtp and remote-inbound-rtp.
        public struct Track: Codable, Sendable {
            public var kind: String
            public var mid: String
            /// The layer of a simulcast that is sent, and the one that comes in; absent where there is none.
            public var rid: String? = nil
            public var remoteRid: String? = nil
            public var packetsSent: UInt64?
            public var bytesSent: UInt64?
            public var framesSent: UInt64?
            public var retransmittedPacketsSent: UInt64?
            public var nackCount: UInt64?
            public var pliCount: UInt64?
            public var roundTripTime: Double?
            public var packetsReceived: UInt64?
            public var bytesReceived: UInt64?
            public var packetsLost: Int64?
            public var jitter: Double?
            public var framesReceived: UInt64?
            public var retransmittedPacketsReceived: UInt64?
            public var frameWidth: Int?
            public var frameHeight: Int?
            public var freezeCount: UInt64?
            /// Seconds.
            public var totalFreezesDuration: Double?
        }
    }

    public struct FailureRow: Codable, Sendable {
        public var bot: String
        public var phase: String
        public var reason: String
    }
}
