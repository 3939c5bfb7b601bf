/// Who sends media in a section, seen from the side that wrote the description (RFC 8866 §6.7).
public enum SDPDirection: String, CaseIterable, Hashable, Sendable {
    case sendrecv
    case sendonly
    case recvonly
    case inactive

    public init(sends: Bool, receives: Bool) {
        self =
            switch (sends, receives) {
            case (true, true): .sendrecv
            case (true, false): .sendonly
            case (false, true): .recvonly
            case (false, false): .inactive
            }
    }

    public var sends: Bool { self == .sendrecv || self == .sendonly }
    public var receives: Bool { self == .sendrecv || self == .recvonly }

    /// The same as the other side sees it.
    public var reversed: SDPDirection { SDPDirection(sends: receives, receives: sends) }

    /// What both allow: the direction of an answer is that of the offer reversed, and what the answerer wants (RFC 3264 §6.1).
    public func intersection(_ other: SDPDirection) -> SDPDirection {
        SDPDirection(sends: sends && other.sends, receives: receives && other.receives)
    }
}
