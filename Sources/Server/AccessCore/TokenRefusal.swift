public import SignalingProtocol

/// Why a token does not let its bearer in.
public struct TokenRefusal: Error, Hashable, Sendable {
    /// What the refusals are counted by.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        case missing
        /// No token that this server knows of, and no JWT either.
        case unknown
        case malformed
        /// `none`, or another than that of the key.
        case algorithm
        /// The header says that something must be understood (`crit`, RFC 7515 §4.1.11).
        case critical
        case key
        case signature
        case audience
        case issuer
        /// A claim is missing, or has a value that it cannot have.
        case claim
        case expired
        case early
        /// Good for longer than this server takes.
        case lifetime
        case revoked
        /// A one-time token that was used.
        case spent
        /// More one-time tokens are remembered than may be.
        case overload
    }

    public let reason: Reason
    /// For people; nothing of the token is in it.
    public let message: String

    public init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    /// What a client is told.
    public var code: ErrorCode {
        switch reason {
        case .expired: .tokenExpired
        case .overload: .nodeFull
        default: .unauthenticated
        }
    }
}
