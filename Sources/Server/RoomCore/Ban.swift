import RTCCore

/// Who may not join a room, until when.
struct Ban: Sendable {
    let room: String
    /// One of the two is known.
    let identity: String?
    let address: String?
    let until: Instant
    let reason: String
    /// Identity and address are known only under a veil.
    var isVeiled = false

    func holds(
        for identity: String?, _ address: String?, in room: String, at now: Instant, veil: ((String) -> String)?
    ) -> Bool {
        guard room == self.room, now < until else { return false }
        let known = { (value: String?) in isVeiled ? value.flatMap { veil?($0) } : value }
        if let banned = self.identity { return banned == known(identity) }
        return self.address == known(address)
    }
}
