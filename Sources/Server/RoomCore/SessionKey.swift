/// One session in a ``RoomCore``; never used twice.
public struct SessionKey: Hashable, Sendable {
    public let number: UInt64
}
