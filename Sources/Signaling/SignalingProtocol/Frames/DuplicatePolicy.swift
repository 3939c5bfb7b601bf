/// What happens when an identity joins a room that it is in already.
public enum DuplicatePolicy: String, Hashable, Sendable, CaseIterable {
    /// The newcomer takes the place; the older socket closes with ``CloseCode/replaced``.
    case replace
    /// The newcomer is refused with ``ErrorCode/duplicateIdentity``.
    case reject
    /// Both stay, up to the server's limit.
    case allow
}
