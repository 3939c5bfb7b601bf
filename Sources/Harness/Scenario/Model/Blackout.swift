public import NetworkImpairment

/// A cut of which nobody is told.
public struct Blackout: Sendable, Hashable {
    public var duration: Duration
    public var scope: BlackoutScope

    public init(_ duration: Duration, scope: BlackoutScope = .all) {
        self.duration = duration
        self.scope = scope
    }
}
