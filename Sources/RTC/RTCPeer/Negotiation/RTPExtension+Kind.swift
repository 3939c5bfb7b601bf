internal import RTCCore
internal import RTCWire

extension RTPExtension {
    var isOfLayers: Bool { self == .rtpStreamID || self == .repairedRTPStreamID }

    func isOf(_ kind: MediaKind) -> Bool {
        switch self {
        case .audioLevel: kind == .audio
        case .rtpStreamID, .repairedRTPStreamID: kind == .video
        default: true
        }
    }
}
