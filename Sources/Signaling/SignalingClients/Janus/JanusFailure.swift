import SignalingProtocol

/// What Janus or its VideoRoom plugin refused, with its own number.
struct JanusFailure: Hashable, Sendable {
    let code: Int64
    let reason: String

    /// From an `error` of the core, or from what the plugin says inside a `success` or an `event`; `nil` where nothing was refused.
    init?(_ message: JSONObject) {
        if let error = message["error"]?.objectValue {
            code = error["code"]?.integerValue ?? 0
            reason = error["reason"]?.stringValue ?? "no reason"
        } else if let data = message["plugindata"]?.objectValue?["data"]?.objectValue, let code = data["error_code"]?.integerValue
        {
            self.code = code
            reason = data["error"]?.stringValue ?? "no reason"
        } else {
            return nil
        }
    }

    var text: String { "janus \(code): \(reason)" }

    /// The core forgot the session, or never knew it.
    var isOfLostSession: Bool { code == 458 }

    var roomExists: Bool { code == 427 }

    /// The native protocol's word for it.
    var errorCode: ErrorCode {
        switch code {
        case 403, 433: .unauthenticated
        case 405: .forbidden
        case 426: .notFound
        case 428: .noSuchPeer
        case 425, 434: .alreadyJoined
        case 424, 435: .notReady
        case 432: .roomFull
        case 436: .duplicateIdentity
        case 431, 437, 465: .badSDP
        case 427: .conflict
        case 499, 490: .internal
        default: .badRequest
        }
    }
}
