/// Why a description was refused; nothing changes when one is thrown.
public enum NegotiationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// An offer or answer that does not fit the signaling state (RFC 9429 §5.5, §5.6).
    case wrongState(SignalingState, doing: String)
    case missing(String, mid: String?)
    case unsupported(String, mid: String?)
    /// The answer does not match the offer's m-sections (RFC 3264 §6).
    case mismatch(String)

    public var description: String {
        switch self {
        case .wrongState(let state, let action): "cannot \(action) in signaling state '\(state.rawValue)'"
        case .missing(let what, let mid): "the description lacks \(what)\(Self.place(mid))"
        case .unsupported(let what, let mid): "the description asks for \(what), which is not supported\(Self.place(mid))"
        case .mismatch(let what): "the answer does not fit the offer: \(what)"
        }
    }

    private static func place(_ mid: String?) -> String {
        mid.map { " (m-section \($0))" } ?? ""
    }
}

/// W3C `RTCSignalingState`.
public enum SignalingState: String, Hashable, Sendable {
    case stable
    case haveLocalOffer = "have-local-offer"
    case haveRemoteOffer = "have-remote-offer"
    case closed
}

/// W3C `RTCSdpType`, without provisional answers.
public enum DescriptionType: String, Hashable, Sendable {
    case offer
    case answer
}
