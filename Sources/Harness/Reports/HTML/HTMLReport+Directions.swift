internal import Measurement
internal import RTCCore

extension HTMLReport {
    private struct Totals {
        var frames = 0
        var intact = 0
        var withheld = 0
        var packets = 0
        var dropped = 0
        var freezes = 0
        var frozen = 0.0
    }

    /// Bitrate, loss and latency, for each kind what was sent beside what arrived.
    static func directions(_ model: ReportModel) -> Markup {
        let cards = [MediaKind.video, .audio].filter { !model.qualities($0).isEmpty }.map { card($0, model) }
        guard !cards.isEmpty else {
            return section("media", "Media", "<p class=\"empty\">No media was ever due between two bots.</p>")
        }
        return section("media", "Media, sent and received", "<div class=\"cards\">\(cards)</div>")
    }

    private static func card(_ kind: MediaKind, _ model: ReportModel) -> Markup {
        let name = kind.rawValue
        let tracks = model.qualities(kind)
        let sum = tracks.reduce(into: Totals()) { sum, track in
            sum.frames += track.framesSent
            sum.intact += track.framesIntact
            sum.withheld += track.framesWithheld
            sum.packets += track.packetsSent
            sum.dropped += track.packetsDropped
            sum.freezes += track.freezeCount
            sum.frozen += track.freezeTime
        }
        let metrics = model.result.metrics
        let due = sum.frames - sum.withheld
        let rows = model.result.peers.flatMap(\.tracks).filter { $0.kind == name }
        let resent = rows.reduce(UInt64(0)) { $0 + ($1.retransmittedPacketsSent ?? 0) }
        let received = rows.reduce(UInt64(0)) { $0 + ($1.packetsReceived ?? 0) }
        let latency = metrics["\(name).latency"]
        let out = metrics["\(name).out.bitrate"]
        let into = metrics["\(name).in.bitrate"]
        var lines: [Markup] = [
            line("Bitrate, median", Figure.text(out?.p50, .bitrate), Figure.text(into?.p50, .bitrate)),
            line("Bitrate, highest", Figure.text(out?.max, .bitrate), Figure.text(into?.max, .bitrate)),
            line("Frames", Figure.count(due), Figure.count(sum.intact)),
            line("Packets", Figure.count(sum.packets), Figure.count(received)),
        ]
        if resent > 0 { lines.append(line("of them resent", Figure.count(resent), "", isPart: true)) }
        lines += [
            line("Loss before repair", "", Figure.share(sum.dropped, of: sum.packets) + " of packets"),
            line("Loss after repair", "", Figure.share(due - sum.intact, of: due) + " of frames"),
            line("Latency, median", "", Figure.text(latency?.p50, .time)),
            line("Latency, 95th percentile", "", Figure.text(latency?.p95, .time)),
            line("Latency, longest", "", Figure.text(latency?.max, .time)),
        ]
        if kind == .video {
            lines.append(line("Frame rate, median", "", Figure.text(metrics["video.in.fps"]?.p50, .frequency)))
            let frozen =
                sum.freezes == 0 ? "never" : "\(Figure.text(sum.frozen, .time)) in \(Figure.count(sum.freezes, "freeze"))"
            lines.append(line("Stood still", "", frozen))
        }
        return """
            <div class="card"><table class="pair"><thead><tr><th scope="col">\(kind == .video ? "Video" : "Audio")\
            <small>\(Figure.count(tracks.count, "track"))</small></th><th scope="col" class="n">↑ Sent</th>\
            <th scope="col" class="n">↓ Received</th></tr></thead><tbody>\(lines)</tbody></table></div>
            """
    }

    private static func line(_ name: String, _ sent: String, _ received: String, isPart: Bool = false) -> Markup {
        let kind: Markup = isPart ? " class=\"part\"" : .empty
        return "<tr\(kind)><th scope=\"row\">\(name)</th>\(number(sent))\(number(received))</tr>\n"
    }
}
