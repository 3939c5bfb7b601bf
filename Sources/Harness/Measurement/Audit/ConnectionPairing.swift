internal import RTCCore
internal import RTCPeer

/// Finds for each connection of a sender the other end of it among those of the receiver.
///
/// Where the receiver knows the source that the sender used, the SSRC says so. A server may rewrite it; the ends then belong together
/// whose lives overlap longest, the earlier first. No end has two partners, and two that never lived together are none.
struct ConnectionPairing {
    /// Both in the order of time.
    let sending: [ConnectionRecord]
    let receiving: [ConnectionRecord]
    /// By place in ``sending``: the place in ``receiving``.
    private(set) var partners: [Int?]

    init(sending: [ConnectionRecord], receiving: [ConnectionRecord]) {
        self.sending = Self.byTime(sending)
        self.receiving = Self.byTime(receiving)
        partners = Array(repeating: nil, count: sending.count)
        pairBySource()
        pairByTime()
    }

    /// What the sender sent, in the order of its connections.
    var names: [TrackName] {
        var names: [TrackName] = []
        for name in sending.flatMap({ $0.sent.map(\.name) }) where !names.contains(name) { names.append(name) }
        return names
    }

    /// Ends of the receiver that nobody was at the other end of.
    var strays: [ConnectionRecord] {
        receiving.indices.filter { !partners.contains($0) }.map { receiving[$0] }
    }

    private mutating func pairBySource() {
        for index in sending.indices {
            partners[index] = receiving.indices.first { place in
                !partners.contains(place) && Self.share(sending[index], receiving[place])
            }
        }
    }

    private mutating func pairByTime() {
        for index in sending.indices where partners[index] == nil {
            var best: (place: Int, overlap: Duration)?
            for place in receiving.indices where !partners.contains(place) {
                let overlap = sending[index].life.overlap(receiving[place].life)
                if overlap > best?.overlap ?? .zero { best = (place, overlap) }
            }
            partners[index] = best?.place
        }
    }

    private static func share(_ sender: ConnectionRecord, _ receiver: ConnectionRecord) -> Bool {
        sender.sent.contains { sent in
            receiver.statistics.tracks.contains { $0.kind == sent.kind && $0.remoteSSRC == sent.ssrc && sent.ssrc != 0 }
        }
    }

    private static func byTime(_ connections: [ConnectionRecord]) -> [ConnectionRecord] {
        connections.enumerated().sorted { ($0.element.life.start, $0.offset) < ($1.element.life.start, $1.offset) }.map(\.element)
    }
}

extension ConnectionRecord {
    /// From when it was made until it was given up.
    var life: TimeRange {
        TimeRange(start: createdAt, end: endedAt ?? Instant(nanoseconds: .max >> 1))
    }
}
