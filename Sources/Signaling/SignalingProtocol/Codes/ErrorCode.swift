/// Why a request was refused: the `code` of an `err`.
public enum ErrorCode: String, Hashable, Sendable, CaseIterable {
    case badRequest = "bad_request"
    case badJSON = "bad_json"
    case unknownType = "unknown_type"
    case unsupportedVersion = "unsupported_version"
    case unauthenticated
    case tokenExpired = "token_expired"
    case forbidden
    case banned
    case roomLocked = "room_locked"
    case notFound = "not_found"
    case noSuchPeer = "no_such_peer"
    case timeout
    case conflict
    case duplicateIdentity = "duplicate_identity"
    case alreadyJoined = "already_joined"
    case staleEpoch = "stale_epoch"
    case notReady = "not_ready"
    case resumeUnknown = "resume_unknown"
    case resumeExpired = "resume_expired"
    case resumeGap = "resume_gap"
    case tooLarge = "too_large"
    case cannotConsume = "cannot_consume"
    case unsupportedCodec = "unsupported_codec"
    case badSDP = "bad_sdp"
    case rateLimited = "rate_limited"
    case roomFull = "room_full"
    case nodeFull = "node_full"
    case draining
    case `internal`

    /// The HTTP status of the same meaning.
    public var status: Int {
        switch self {
        case .badRequest, .badJSON, .unknownType, .unsupportedVersion: 400
        case .unauthenticated, .tokenExpired: 401
        case .forbidden, .banned, .roomLocked: 403
        case .notFound, .noSuchPeer: 404
        case .timeout: 408
        case .conflict, .duplicateIdentity, .alreadyJoined, .staleEpoch, .notReady: 409
        case .resumeUnknown, .resumeExpired, .resumeGap: 410
        case .tooLarge: 413
        case .cannotConsume, .unsupportedCodec, .badSDP: 422
        case .rateLimited, .roomFull: 429
        case .internal: 500
        case .nodeFull, .draining: 503
        }
    }

    public var retry: Retry {
        switch self {
        case .unauthenticated, .tokenExpired: .refreshToken
        case .roomLocked, .notReady, .roomFull: .later
        case .rateLimited, .nodeFull, .internal, .timeout: .afterDelay
        case .resumeUnknown, .resumeExpired, .resumeGap: .rejoin
        case .draining: .otherNode
        case .badRequest, .badJSON, .unknownType, .unsupportedVersion, .forbidden, .banned, .notFound, .noSuchPeer, .conflict,
            .duplicateIdentity, .alreadyJoined, .staleEpoch, .tooLarge, .cannotConsume, .unsupportedCodec, .badSDP:
            .never
        }
    }
}
