/// How media travels in a room.
public enum RoomMode: String, Hashable, Sendable, CaseIterable {
    /// The server decides.
    case auto
    /// Everyone connects to everyone; the server only relays signaling.
    case mesh
    /// Everyone connects to the server.
    case sfu
}
