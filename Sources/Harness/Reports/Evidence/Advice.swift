internal import Measurement

/// Which part of a report shows more about a metric, and what to hold against what there.
enum Advice {
    static func whereToLook(_ metric: Metric) -> String {
        switch metric {
        case MetricCatalog.joined, MetricCatalog.joinTime:
            return "'The way in' shows the phase that lost them; the event log of these bots ends where they stopped."
        case MetricCatalog.seen, MetricCatalog.firstFrame:
            return
                "'Who saw and heard whom', then 'The way in': stuck before DTLS is a path that does not carry, "
                + "after it is media that is not sent or not whole."
        case MetricCatalog.videoLatency, MetricCatalog.audioLatency:
            return
                "'Latency' over time: a median that rises is delay or a full queue; a band that widens over a steady median is repair, "
                + "which costs a round trip for each lost packet. Hold it against 'Loss before repair'."
        case MetricCatalog.videoInFreezeRatio, MetricCatalog.videoInFreezeCount, MetricCatalog.videoInFPS:
            return
                "'Frame rate' beside 'Loss after repair': one lost frame stops the picture until the next key frame, up to a second; "
                + "a longer stop is a fault."
        case MetricCatalog.outage, MetricCatalog.recovery:
            return
                "'Faults and recovery' for each fault's longest gap, then the ICE states in the event log between its start and its end."
        case MetricCatalog.videoFramesIntact, MetricCatalog.audioFramesIntact, MetricCatalog.videoInLoss,
            MetricCatalog.audioInLoss:
            return
                "'Loss before repair' beside 'Loss after repair': where they are alike nothing was repaired; "
                + "'Frame audit' names what each lost frame fell to."
        case MetricCatalog.networkLoss:
            return "'Networks, configured and measured' holds the loss that was asked for against the loss that was."
        case MetricCatalog.videoInBitrate, MetricCatalog.audioInBitrate:
            return
                "'Bitrate received' against its dashed line: where what was sent fell too it is the sender, where only this fell it is the network."
        case MetricCatalog.videoOutBitrate, MetricCatalog.audioOutBitrate, MetricCatalog.videoOutFPS:
            return "'Bitrate received', dashed line, and 'Generator health': whether the sender could."
        case MetricCatalog.rtt, MetricCatalog.videoInJitter, MetricCatalog.audioInJitter:
            return
                "'Networks, configured and measured' for delay and jitter that were asked for; 'Latency' for a queue that filled."
        default: return "the event log, around the moments at which the bots were hit."
        }
    }

    static func nothingMeasured(_ claim: Assertion) -> String {
        claim.window == nil
            ? "'The way in' and the frame audit: nothing of this kind was sent or received, or no bot has these tags."
            : "the window: it leaves nothing of the run, or nothing that was due in it arrived. Try the assertion without it."
    }
}
