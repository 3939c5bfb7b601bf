/// What a STUN message is for (RFC 8489 §5).
public enum STUNMessageClass: UInt8, Hashable, Sendable {
    case request = 0b00
    case indication = 0b01
    case success = 0b10
    case error = 0b11
}
