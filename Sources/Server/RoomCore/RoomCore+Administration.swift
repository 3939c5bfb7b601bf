import AccessCore
public import RTCCore
public import SignalingProtocol

/// What those do who run the server, from outside of every room.
extension RoomCore {
    /// A room as administrators see it.
    public struct Overview: Hashable, Sendable {
        /// What people call it.
        public var name: String
        public var tenant: String?
        public var participants: Int
        /// In its lobby.
        public var waiting: Int
        public var mode: RoomMode
        public var settings: RoomSettings
    }

    /// One of its participants, hidden ones included.
    public struct Resident: Hashable, Sendable {
        public var participant: String
        /// `guest` where the room shows no names.
        public var name: String
        public var role: Role
        public var isConnected: Bool
        public var isHidden: Bool
        public var media: MediaStates
    }

    /// All rooms, by tenant and name; those of no tenant first.
    public var overview: [Overview] {
        rooms.keys.sorted().compactMap { overview(of: $0) }
    }

    /// - Parameter room: The name under which the server keeps it.
    public func overview(of room: String) -> Overview? {
        guard let state = rooms[room] else { return nil }
        let name = Grant.shown(room)
        return Overview(
            name: name, tenant: name == room ? nil : String(room.dropLast(name.count + 1)), participants: state.members.count,
            waiting: state.waiting.count, mode: state.mode, settings: state.settings)
    }

    /// Who is in a room, in the order in which they joined; `nil` where there is no such room.
    public func residents(of room: String) -> [Resident]? {
        rooms[room]?.members.compactMap { key in
            guard let session = sessions[key], let membership = session.membership else { return nil }
            return Resident(
                participant: membership.participant, name: membership.name, role: membership.role,
                isConnected: session.isConnected, isHidden: session.grant.isHidden, media: membership.media)
        }
    }

    /// - Returns: Whether there is such a room.
    public mutating func administer(lock isLocked: Bool, room: String) -> Bool {
        guard rooms[room] != nil else { return false }
        setLock(isLocked, of: room)
        return true
    }

    public mutating func administer(end room: String, reason: String) -> Bool {
        guard rooms[room] != nil else { return false }
        endRoom(room, reason.isEmpty ? "the room was ended by who runs the server" : reason)
        return true
    }

    /// - Returns: Whether there is such a participant.
    public mutating func administer(_ request: KickRequest, now: Instant) -> Bool {
        guard let key = participants[request.participant], let membership = sessions[key]?.membership else { return false }
        clock = max(clock, now)
        kick(key, membership, request, "who runs the server has ended this participation", now: now)
        return true
    }

    public mutating func administer(_ request: MuteRequest) -> Bool {
        guard let key = participants[request.participant], let membership = sessions[key]?.membership else { return false }
        mute(key, membership, request, by: "server")
        return true
    }
}
