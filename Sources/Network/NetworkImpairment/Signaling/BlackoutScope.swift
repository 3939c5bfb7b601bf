/// What a blackout cuts.
public enum BlackoutScope: String, Hashable, Sendable, CaseIterable {
    /// Datagrams, in both directions.
    case media
    /// The signaling connection, which holds back what it carries until the blackout is over.
    case signaling
    case all

    public var cutsMedia: Bool { self != .signaling }
    public var cutsSignaling: Bool { self != .media }
}
