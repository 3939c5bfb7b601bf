internal import MediaTracks
internal import RTCCore
internal import RTCWire

extension MediaTrack {
    /// What a bot that plays the file has to agree on.
    var sdpCodec: SDPCodec {
        SDPCodec(sending: codec, clockRate: clockRate, channels: kind == .audio ? 2 : 1, formatParameters: formatParameters)
    }
}
