import RTCCore
import SignalingProtocol

extension RoomCore {
    /// The next thing to write down; there is none unless ``keepsRecords`` says so.
    public mutating func nextRecord() -> RoomRecord? {
        records.next()
    }

    mutating func record(_ record: @autoclosure () -> RoomRecord) {
        if keepsRecords { records.append(record()) }
    }

    /// A room that nobody is in yet.
    mutating func makeRoom(_ name: String, mode: RoomMode, settings: RoomSettings) -> Room {
        roomsMade += 1
        let number = roomsMade
        record(.roomOpened(room: number, name: settings.anonymous ? nil : name, mode, settings))
        return Room(number: number, mode: mode, settings: settings, speaker: ActiveSpeaker(timing: timing.speaker))
    }

    mutating func recordEvent(_ type: String, in name: String?, by actor: String?, _ data: @autoclosure () -> JSONObject = [:]) {
        guard keepsRecords else { return }
        records.append(.event(room: name.flatMap { rooms[$0]?.number }, type: type, actor: actor, data()))
    }

    /// What a moderator wrote of someone; nothing where the room is anonymous.
    func recordable(_ words: String, in name: String) -> String {
        rooms[name]?.settings.anonymous == true ? "" : words
    }

    /// Takes up the bans of an earlier server.
    ///
    /// - Parameters:
    ///   - bans: Their identities and addresses are veiled; times are milliseconds since 1970.
    ///   - veil: What made them so.
    public mutating func restore(_ bans: [RestoredBan], veil: @escaping @Sendable (String) -> String) {
        self.veil = veil
        for ban in bans.suffix(limits.bans) {
            let left = ban.until - unixMilliseconds
            guard left > 0 else { continue }
            self.bans.append(
                Ban(
                    room: ban.room, identity: ban.identity, address: ban.address,
                    until: Instant.origin + .milliseconds(min(left, 1 << 42)), reason: ban.reason, isVeiled: true))
        }
    }
}
