/// Which public conformance suite a server is set up for: it answers as that suite expects, and has no rooms on that path.
public enum ConformanceProfile: String, Hashable, Sendable, CaseIterable {
    case socketio
    case engineio
}
