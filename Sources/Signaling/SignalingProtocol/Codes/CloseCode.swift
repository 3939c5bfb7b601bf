/// Why a WebSocket was closed: the codes of RFC 6455 §7.4 that the protocol uses, and its own from 4000 up.
public enum CloseCode: UInt16, Hashable, Sendable, CaseIterable {
    case left = 1000
    case goingAway = 1001
    case malformedFrame = 1002
    /// Binary messages are reserved for a later version.
    case unsupportedData = 1003
    case invalidText = 1007
    case tooBig = 1009
    case protocolError = 4000
    case unauthenticated = 4001
    case forbidden = 4003
    case helloTimeout = 4004
    case idleTimeout = 4008
    /// A newer socket of the same session or identity has taken over.
    case replaced = 4009
    case kicked = 4010
    case banned = 4011
    case roomEnded = 4012
    /// The client did not read: its outbound queue was over its limit.
    case slowConsumer = 4014
    case rateLimited = 4015
    case draining = 4017
    case unsupportedVersion = 4019

    /// Whether the session outlives the connection for its grace, so that another connection may resume it.
    public var allowsResume: Bool {
        switch self {
        case .goingAway, .helloTimeout, .idleTimeout, .slowConsumer, .rateLimited, .draining: true
        case .left, .malformedFrame, .unsupportedData, .invalidText, .tooBig, .protocolError, .unauthenticated, .forbidden,
            .replaced, .kicked, .banned, .roomEnded, .unsupportedVersion:
            false
        }
    }

    /// Whether a client must not connect again: what closed this connection would close the next one.
    public var saysStop: Bool {
        switch self {
        case .protocolError, .forbidden, .replaced, .kicked, .banned, .roomEnded, .unsupportedVersion: true
        case .left, .goingAway, .malformedFrame, .unsupportedData, .invalidText, .tooBig, .unauthenticated, .helloTimeout,
            .idleTimeout, .slowConsumer, .rateLimited, .draining:
            false
        }
    }

    public var retry: Retry {
        switch self {
        case .left, .malformedFrame, .unsupportedData, .invalidText, .tooBig, .protocolError, .forbidden, .replaced, .kicked,
            .banned, .roomEnded, .unsupportedVersion:
            .never
        case .unauthenticated: .refreshToken
        case .helloTimeout, .rateLimited, .slowConsumer: .afterDelay
        case .idleTimeout: .resume
        case .goingAway, .draining: .otherNode
        }
    }
}
