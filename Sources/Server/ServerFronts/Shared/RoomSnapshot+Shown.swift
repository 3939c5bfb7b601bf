import AccessCore
import SignalingProtocol

extension RoomSnapshot {
    /// With the name that people have for the room.
    var shown: RoomSnapshot {
        var snapshot = self
        snapshot.room = Grant.shown(room)
        return snapshot
    }
}
