import RTCCore
import SignalingProtocol

#if canImport(Glibc)
    import Glibc
#endif

extension Matchmaker {
    /// The best of those who fit; of equal ones, who has waited longest.
    func partner(for ticket: Ticket, in others: ArraySlice<Ticket>, now: Instant) -> (index: Int, ticket: Ticket)? {
        var best: (index: Int, score: Double)?
        var seen = 0
        for index in others.indices where others[index].wish.pool == ticket.wish.pool {
            guard seen < Self.candidates else { break }
            seen += 1
            guard let score = score(ticket, others[index], now: now), score > best?.score ?? -1 else { continue }
            best = (index, score)
        }
        return best.map { ($0.index, others[$0.index]) }
    }

    /// Ten for each common interest, up to ten for being near, up to ten for a minute's waiting of the other; `nil` where the two do not
    /// fit.
    private func score(_ ticket: Ticket, _ other: Ticket, now: Instant) -> Double? {
        guard ticket.wish.media.agreed(with: other.wish.media) != nil, lastPartners[ticket.key]?.contains(other.key) != true,
            lastPartners[other.key]?.contains(ticket.key) != true
        else { return nil }
        let common = ticket.common(other).count
        let distance = ticket.kilometres(to: other)
        for side in [ticket, other] {
            guard common > 0 || !needsInterest(side, now), isNearEnough(side, distance, now) else { return nil }
        }
        let nearness = distance.map { max(0, 10 - $0 / 100) } ?? 0
        return Double(10 * common) + nearness + min(10, (now - other.since).inSeconds / 6)
    }

    private func needsInterest(_ ticket: Ticket, _ now: Instant) -> Bool {
        !ticket.interests.isEmpty && (ticket.wish.strict || now - ticket.since < timing.interestsUntil)
    }

    private func isNearEnough(_ ticket: Ticket, _ distance: Double?, _ now: Instant) -> Bool {
        guard let limit = ticket.wish.maximumDistance else { return true }
        let waited = now - ticket.since
        if !ticket.wish.strict, waited >= timing.distanceUntil { return true }
        guard let distance else { return false }
        let doublings = ticket.wish.strict ? 0 : Int(waited.inSeconds / max(timing.distanceDoubles.inSeconds, 0.001))
        return distance <= limit * Double(1 << min(doublings, 20))
    }
}

extension Matchmaker.Ticket {
    /// What both named, sorted.
    func common(_ other: Self) -> [String] {
        interests.filter { other.interests.contains($0) }
    }

    /// Along the great circle of a sphere of 6371 km; `nil` where either did not say where it is.
    func kilometres(to other: Self) -> Double? {
        guard let latitude = wish.latitude, let longitude = wish.longitude, let otherLatitude = other.wish.latitude,
            let otherLongitude = other.wish.longitude
        else { return nil }
        let radians = Double.pi / 180
        let north = sin((otherLatitude - latitude) * radians / 2)
        let east = sin((otherLongitude - longitude) * radians / 2)
        let chord = north * north + cos(latitude * radians) * cos(otherLatitude * radians) * east * east
        return 2 * 6371 * asin(min(1, max(0, chord).squareRoot()))
    }
}
