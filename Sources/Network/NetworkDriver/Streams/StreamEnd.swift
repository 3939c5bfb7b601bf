internal import RTCCore

/// Why a byte stream is over.
enum StreamEnd: Error {
    /// An errno, of an attempt to connect or of what was connected.
    case system(Int32, isConnected: Bool)
    /// The other side closed it.
    case closed
    case insecure(String)
    /// It took longer than this to open.
    case late(Duration)

    /// How a machine is told.
    func reason(_ target: StreamTarget) -> String {
        switch self {
        case .system(let error, _): "\(errorText(error)) by \(target.remote)"
        case .closed: "\(target.remote) closed the connection"
        case .insecure(let text): "\(target.remote): \(text)"
        case .late(let limit): "\(target.remote) did not answer within \(limit.inWords)"
        }
    }

    /// What it means for signaling.
    var failure: SignalingFailure {
        switch self {
        case .system(let error, let isConnected): SignalingFailure(error, isConnected: isConnected)
        case .closed: .broken
        case .insecure(let text): .insecure(text)
        case .late(let limit): .timeout(limit)
        }
    }
}
