public import SignalingClients

/// The file that says what a room service calls what.
public struct MappingFile: Sendable, Hashable {
    /// As it was written.
    public var path: String
    /// What is in it; `nil` until it was read.
    public var rooms: RoomMapping?

    public init(path: String, rooms: RoomMapping? = nil) {
        self.path = path
        self.rooms = rooms
    }
}
