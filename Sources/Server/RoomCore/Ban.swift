import RTCCore

/// Who may not join a room, until when.
struct Ban: Sendable {
    let room: String
    /// One of the two is known.
    let identity: String?
    let address: String?
    let until: Instant
    let reason: String

    func holds(for identity: String?, _ address: String?, in room: String, at now: Instant) -> Bool {
        guard room == self.room, now < until else { return false }
        if let banned = self.identity { return banned == identity }
        return self.address == address
    }
}
