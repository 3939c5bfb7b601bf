/// Every metric that an assertion can name, with its definition.
///
/// A sample is one per received track (a pair of sender and receiver, and a kind) unless its definition says otherwise. Where
/// less is better the default aggregate is ``Aggregate/p95``, where more is better it is ``Aggregate/min``: without a word,
/// an assertion asks about those who had it worst.
public enum MetricCatalog {
    /// Bots that completed their first join, of all that were due to. One value.
    public static let joined = Metric.single("joined", .ratio)

    /// Ordered pairs in which the receiver got at least one intact frame of every kind that the sender publishes, of all pairs
    /// that share a room and subscribe. One value.
    public static let seen = Metric.single("seen", .ratio)

    /// From the moment at which a join was due to the first intact video frame, or audio frame where the sender has no video.
    public static let firstFrame = Metric.distribution("first_frame", .time, default: .p95)

    /// From the moment at which a join was due until the room let the bot in. One sample per bot.
    public static let joinTime = Metric.distribution("join_time", .time, default: .p95)

    /// From the end of a fault to the next intact frame. One sample per fault and received track that it hit.
    public static let recovery = Metric.distribution("recovery", .time, default: .p95)

    /// Time without intact media, each stretch of it one sample; longer than a second for video, 200 ms for audio.
    public static let outage = Metric.distribution("outage", .time, default: .p95)

    /// From the moment at which a video frame was due to leave until its last packet had arrived. One sample per intact frame.
    public static let videoLatency = Metric.distribution("video.latency", .time, default: .p95)

    /// From the moment at which an audio frame was due to leave until it had arrived. One sample per intact frame.
    public static let audioLatency = Metric.distribution("audio.latency", .time, default: .p95)

    /// Received video payload per second, retransmissions left out.
    public static let videoInBitrate = Metric.distribution("video.in.bitrate", .bitrate, default: .min)

    /// Received audio payload per second.
    public static let audioInBitrate = Metric.distribution("audio.in.bitrate", .bitrate, default: .min)

    /// Sent video payload per second, retransmissions left out. One sample per sent track.
    public static let videoOutBitrate = Metric.distribution("video.out.bitrate", .bitrate, default: .min)

    /// Sent audio payload per second. One sample per sent track.
    public static let audioOutBitrate = Metric.distribution("audio.out.bitrate", .bitrate, default: .min)

    /// Video packets that were still missing after repair, of all that were expected.
    public static let videoInLoss = Metric.distribution("video.in.loss", .ratio, default: .p95)

    /// Audio packets that were still missing after repair, of all that were expected.
    public static let audioInLoss = Metric.distribution("audio.in.loss", .ratio, default: .p95)

    /// Media packets that did not arrive when first sent, of all that were expected: loss before repair.
    public static let networkLoss = Metric.distribution("network.loss", .ratio, default: .p95)

    /// Time in which video stood still, open freezes included, of the time in which it should have moved; pauses are no freezes.
    public static let videoInFreezeRatio = Metric.distribution("video.in.freeze.ratio", .ratio, default: .p95)

    /// How often video stood still, as Chromium counts it, and once more where it still did at the end.
    public static let videoInFreezeCount = Metric.distribution("video.in.freeze.count", .number, default: .max)

    /// How long video stood still, open freezes included.
    public static let videoInFreezeDuration = Metric.distribution("video.in.freeze.duration", .time, default: .p95)

    /// How long video had stood still when it should have ended; zero where it moved.
    public static let videoInFreezeOpen = Metric.distribution("video.in.freeze.open", .time, default: .max)

    /// How often no RTP came for five seconds between two pictures.
    public static let videoInPauseCount = Metric.distribution("video.in.pause.count", .number, default: .max)

    /// How long those pauses were, from picture to picture.
    public static let videoInPauseDuration = Metric.distribution("video.in.pause.duration", .time, default: .p95)

    /// How often no intact audio came for at least 150 ms.
    public static let audioInterruptionCount = Metric.distribution("audio.in.interruption.count", .number, default: .max)

    /// How long those interruptions were together.
    public static let audioInterruptionDuration = Metric.distribution("audio.in.interruption.duration", .time, default: .p95)

    /// How well speech would be heard, from 1 to 4.5: the E-model of ITU-T G.107 with an estimate for Opus.
    public static let audioMOS = Metric.distribution("audio.mos", .number, default: .min)

    /// How far apart sound and picture arrive: the difference of their mean latencies. One sample per pair and second.
    public static let skew = Metric.distribution("av.skew", .time, default: .p95)

    /// NACK packets that the receiver of video sent.
    public static let videoInNack = Metric.distribution("video.in.nack", .number, default: .p95)

    /// Key frames that the receiver of video asked for (PLI).
    public static let videoInPLI = Metric.distribution("video.in.pli", .number, default: .p95)

    /// Decodable video frames per second.
    public static let videoInFPS = Metric.distribution("video.in.fps", .frequency, default: .min)

    /// Sent video frames per second. One sample per sent track.
    public static let videoOutFPS = Metric.distribution("video.out.fps", .frequency, default: .min)

    /// Intact video frames, of all that were sent.
    public static let videoFramesIntact = Metric.distribution("video.frames.intact", .ratio, default: .min)

    /// Intact audio frames, of all that were sent.
    public static let audioFramesIntact = Metric.distribution("audio.frames.intact", .ratio, default: .min)

    /// Audio frames that came intact or that the next one repeats (in-band FEC), of all that were sent.
    public static let audioFramesHeard = Metric.distribution("audio.frames.heard", .ratio, default: .min)

    /// Interarrival jitter of video packets (RFC 3550 §6.4.1).
    public static let videoInJitter = Metric.distribution("video.in.jitter", .time, default: .p95)

    /// Interarrival jitter of audio packets (RFC 3550 §6.4.1).
    public static let audioInJitter = Metric.distribution("audio.in.jitter", .time, default: .p95)

    /// Round-trip time from RTCP reports (RFC 3550 §6.4.1). One sample per report that gave one.
    public static let rtt = Metric.distribution("rtt", .time, default: .p95)

    /// Attempts that each reconnection took. One sample per thing that a bot lost: its signaling, a call, its room.
    public static let reconnectAttempts = Metric.distribution("reconnect.attempts", .number, default: .max)

    /// From the moment a loss was noticed until an attempt had succeeded; infinite where it never came back. One sample like
    /// ``reconnectAttempts``; zero where it came back by other means.
    public static let reconnectTime = Metric.distribution("reconnect.time", .time, default: .p95)

    /// The highest rate of attempts of all bots together, over any tenth of a second and per second. One value.
    public static let reconnectPeak = Metric.single("reconnect.peak", .frequency)

    /// Ordered pairs that share a room and whose call went from host to host, of all such pairs. One value, like the next three, which
    /// with it make up all pairs.
    public static let icePairsHost = Metric.single("ice.pairs.host", .ratio)

    /// The same of calls that went through a NAT, by a server-reflexive or peer-reflexive candidate on either side.
    public static let icePairsReflexive = Metric.single("ice.pairs.srflx", .ratio)

    /// The same of calls that went through a TURN server on either side.
    public static let icePairsRelayed = Metric.single("ice.pairs.relay", .ratio)

    /// The same of pairs whose call was never connected.
    public static let icePairsFailed = Metric.single("ice.pairs.failed", .ratio)

    /// Messages of the chat that came exactly once, of all that were written, each counted for every bot that was in the room then. One
    /// value.
    public static let chatDelivered = Metric.single("chat.delivered", .ratio)

    /// Pairs of bots that read the messages which came to both in one order, of all pairs that share a room. One value.
    public static let chatOrder = Metric.single("chat.order", .ratio)

    /// Bots that know of exactly those bots that are in the room with them, of all that are in a room at the end. One value.
    public static let rosterAgreement = Metric.single("roster.agreement", .ratio)

    /// Bots that see the queue of raised hands that the first of their room sees, of all that are in a room at the end. One value.
    public static let handsAgreement = Metric.single("hands.agreement", .ratio)

    /// Ordered pairs in which one sees the other's microphone, camera and screen as that one has them, of all pairs that are in a room at the
    /// end. One value.
    public static let sourcesAgreement = Metric.single("sources.agreement", .ratio)

    /// Time in which the speaker whom a bot makes out from what it hears is the one whom the server names, of the time in which either names
    /// somebody. One sample per bot that tells the server how its calls go.
    public static let speakerAgreement = Metric.distribution("speaker.agreement", .ratio, default: .min)

    /// Time in which the class of a bot's connection is the same to the bot and to the server, of the time in which both have one. One
    /// sample like ``speakerAgreement``.
    public static let qualityAgreement = Metric.distribution("quality.agreement", .ratio, default: .min)

    /// How good a bot's connections are for speech, from 1 to 4.5: the E-model reduced to round trip, jitter and loss. One sample per
    /// report to the server.
    public static let connectionMOS = Metric.distribution("connection.mos", .number, default: .min)

    /// Events of one kind, or of all, by the tag `event`. One sample per bot.
    public static let events = Metric.distribution("events", .number, default: .min)

    /// All of them, in the order in which they are listed to people.
    public static let all: [Metric] = [
        joined, seen, firstFrame, joinTime, recovery, outage, videoLatency, audioLatency, videoInBitrate, audioInBitrate,
        videoOutBitrate, audioOutBitrate, videoInLoss, audioInLoss, networkLoss, videoInFreezeRatio, videoInFreezeCount,
        videoInFreezeDuration, videoInFreezeOpen, videoInPauseCount, videoInPauseDuration, audioInterruptionCount,
        audioInterruptionDuration, audioMOS, skew, videoInNack, videoInPLI, videoInFPS, videoOutFPS, videoFramesIntact,
        audioFramesIntact, audioFramesHeard, videoInJitter, audioInJitter, rtt, reconnectAttempts, reconnectTime, reconnectPeak,
        icePairsHost, icePairsReflexive, icePairsRelayed, icePairsFailed, chatDelivered, chatOrder, rosterAgreement,
        handsAgreement, sourcesAgreement, speakerAgreement, qualityAgreement, connectionMOS, events,
    ]

    /// The tags by which samples can be chosen: the receiver's group, name and room, the sender's name, the layer of a simulcast, and of
    /// ``events`` their kind.
    public static let tags = ["group", "bot", "room", "from", "rid", "event"]

    public static func metric(named name: String) -> Metric? {
        all.first { $0.name == name }
    }
}
