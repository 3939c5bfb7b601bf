/// What a participant is to this client's media.
public enum ParticipantPart: Hashable, Sendable {
    /// Another caller: media goes both ways.
    case peer
    /// A server that forwards: it takes what this client publishes.
    case server
    /// A caller whose media a server forwards to this client.
    case publisher
}
