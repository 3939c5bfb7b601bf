/// What an agent has done and refused so far.
public struct IceCounters: Hashable, Sendable {
    /// Connectivity checks sent, repetitions included, consent requests not.
    public var checksSent: UInt64 = 0
    /// Binding requests that were authentic.
    public var checksReceived: UInt64 = 0
    /// Responses sent, errors included.
    public var responsesSent: UInt64 = 0
    /// Responses that were authentic and belonged to a request of ours, errors included.
    public var responsesReceived: UInt64 = 0
    /// Binding requests sent to keep consent (RFC 7675).
    public var consentRequestsSent: UInt64 = 0
    /// Requests sent to STUN servers, repetitions included.
    public var queriesSent: UInt64 = 0
    /// Queries of STUN servers that were refused or never answered.
    public var queriesFailed: UInt64 = 0
    /// Allocations that TURN servers were asked for.
    public var relaysAsked: UInt64 = 0
    /// TURN servers that refused, did not answer, or died.
    public var relaysFailed: UInt64 = 0
    /// Datagrams that went through a TURN server, and their bytes without what was wrapped around them.
    public var relayedPacketsSent: UInt64 = 0
    public var relayedBytesSent: UInt64 = 0
    public var relayedPacketsReceived: UInt64 = 0
    public var relayedBytesReceived: UInt64 = 0
    /// Connections of pairs that were begun (RFC 6544), and those that did not come about or broke.
    public var streamsAsked: UInt64 = 0
    public var streamsLost: UInt64 = 0
    /// Datagrams dropped because the connection of their way was gone.
    public var droppedWithoutStream: UInt64 = 0
    /// Checks that came past the relay, where only relays are to be used.
    public var refusedByPolicy: UInt64 = 0
    /// Messages whose MESSAGE-INTEGRITY was wrong, or missing where it must be.
    public var badIntegrity: UInt64 = 0
    /// Requests for a user fragment that is not ours.
    public var unknownUsername: UInt64 = 0
    /// Requests of a restarted agent for the user fragment from before the restart.
    public var mixedGenerations: UInt64 = 0
    /// Datagrams that are no STUN message, or lack what their kind must carry.
    public var malformed: UInt64 = 0
    /// Requests refused because of an attribute that must be understood and is not.
    public var unknownAttribute: UInt64 = 0
    /// Responses that belong to no request of ours.
    public var unknownTransaction: UInt64 = 0
    /// Responses that came from elsewhere than the request had gone (RFC 8445 §7.2.5.2.1).
    public var asymmetricResponses: UInt64 = 0
    /// Requests that met an agent in the same role, and 487 responses.
    public var roleConflicts: UInt64 = 0
    /// Remote candidates that were not taken: too many, known already, or of another generation.
    public var candidatesIgnored: UInt64 = 0
    /// Checks that timed out or were refused.
    public var checksFailed: UInt64 = 0
    /// Datagrams dropped because too many waited to be sent.
    public var outboxOverflows: UInt64 = 0

    public init() {}
}
