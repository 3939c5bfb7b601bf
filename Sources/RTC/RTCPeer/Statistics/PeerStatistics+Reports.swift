internal import RTCCore
internal import RTCICE

extension PeerStatistics {
    /// The whole report: one object each, in an order that depends on nothing but what there is.
    public var reports: [StatsReport] {
        var all = [peerConnection, transportReport]
        all += certificates
        all += candidates
        all += candidatePairs.map { pairReport($0) }
        all += codecs
        for track in tracks {
            if track.outbound != nil, track.encodingIndex == 0 { all.append(mediaSource(track)) }
            if let outbound = track.outbound { all.append(outboundReport(track, outbound)) }
            if let inbound = track.inbound { all.append(inboundReport(track, inbound)) }
            if let remote = track.outbound?.remote, remote.reportsReceived > 0 { all.append(remoteInbound(track, remote)) }
            if let remote = track.inbound?.remote, remote.reportsSent > 0 { all.append(remoteOutbound(track, remote)) }
        }
        return all
    }

    var timestamp: Double { wallClock.unixMilliseconds(at: at) }

    func report(_ type: StatsReport.Kind, _ name: String) -> StatsReport {
        StatsReport(type, id: Self.id(type, name), timestamp: timestamp)
    }

    static func id(_ type: StatsReport.Kind, _ name: String) -> String {
        name.isEmpty ? type.rawValue : "\(type.rawValue)-\(name)"
    }

    func milliseconds(_ nanoseconds: UInt64?) -> Double? {
        nanoseconds.map { wallClock.unixMilliseconds(at: Instant(nanoseconds: $0)) }
    }

    /// What a stream's report is called after its type: the section, and the layer where there are several.
    static func streamName(_ track: Track, rid: String?) -> String {
        rid.map { "\(track.mid)-\($0)" } ?? track.mid
    }

    static func codecID(_ track: Track, _ codec: CodecFacts) -> String {
        id(.codec, "\(track.mid)-\(codec.payloadType)")
    }

    private var peerConnection: StatsReport {
        var report = report(.peerConnection, "")
        report.set("dataChannelsOpened", 0)
        report.set("dataChannelsClosed", 0)
        return report
    }

    private var codecs: [StatsReport] {
        var found: [StatsReport] = []
        for track in tracks {
            for codec in [track.outboundCodec, track.inboundCodec].compactMap({ $0 }) {
                let id = Self.codecID(track, codec)
                guard !found.contains(where: { $0.id == id }) else { continue }
                var report = StatsReport(.codec, id: id, timestamp: timestamp)
                report.set("payloadType", codec.payloadType)
                report.set("transportId", StatsReport.Kind.transport.rawValue)
                report.set("mimeType", codec.mimeType)
                report.set("clockRate", codec.clockRate)
                report.set("channels", codec.channels)
                report.set("sdpFmtpLine", codec.sdpFmtpLine)
                found.append(report)
            }
        }
        return found
    }
}
