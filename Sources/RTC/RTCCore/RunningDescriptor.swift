/// What the sender writes in front of a packet's shared payload because it counts on from frame to frame.
///
/// H.264 and AV1 number nothing, so their payload headers are shared with the rest.
public enum RunningDescriptor: Hashable, Sendable {
    case none
    /// Four bytes with a picture id (RFC 7741 §4.2).
    case vp8
    /// Five bytes with a picture id and TL0PICIDX (RFC 9628 §4.2); the first byte's flags are `flags`, I and L among them.
    case vp9(flags: UInt8)
}
