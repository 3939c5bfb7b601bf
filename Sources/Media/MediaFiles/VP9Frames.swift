internal import RTCWire

/// VP9's frames as IVF holds them (VP9 bitstream specification §6.2 and annex B).
enum VP9Frames {
    static func facts(of payload: ArraySlice<UInt8>, index: Int, name: String) throws(MediaFileError) -> FrameFacts {
        guard let header = try? VP9FrameHeader.parse(payload.span.bytes) else {
            throw MediaFileError(
                file: name, offset: payload.startIndex, what: "frame \(index) is not a VP9 frame",
                remedy: "encode it anew with `\(MediaFileKind.videoConversion(of: name))`")
        }
        // A superframe hides frames behind the one that is seen; a frame that repeats one shows what was hidden.
        let isAlone = !VP9FrameHeader.isSuperframe(payload.span.bytes) && !header.showsExisting
        return FrameFacts(
            isKey: header.isKeyFrame, isShown: header.isShown && isAlone, width: header.width, height: header.height)
    }

    /// RFC 9628 §5.2: the profile, which no frame may change.
    static func formatParameters(of video: EncodedVideo, name: String) throws(MediaFileError) -> String {
        var profile: Int?
        for (index, frame) in video.frames.enumerated() {
            let own = (try? VP9FrameHeader.parse(video.payload(index).span.bytes))?.profile ?? 0
            guard profile == nil || profile == own else {
                throw MediaFileError(
                    file: name, offset: frame.fileOffset, what: "frame \(index) is of profile \(own), those before of another",
                    remedy: "use one file for each profile")
            }
            profile = own
        }
        return "profile-id=\(profile ?? 0)"
    }
}
