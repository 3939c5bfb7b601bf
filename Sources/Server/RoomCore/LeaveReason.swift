/// Why a participant left.
public enum LeaveReason: String, Hashable, Sendable, CaseIterable {
    case leave
    case disconnected
    case replaced
}
