/// A media section while it is read: its codecs come together only at its end, for their lines come in any order.
struct SDPSectionDraft {
    var media: MediaDescription
    var maps: [UInt8: SDPCodec] = [:]
    var parameters: [UInt8: [SDPParameter]] = [:]
    /// Feedback of a payload type, or of all of them.
    var feedback: [(payloadType: UInt8?, text: String)] = []
    /// How many of each payload type, and under 128 of all.
    var feedbackCount: [UInt8: Int] = [:]
    /// The place of each SSRC in the section's list.
    var sourceIndex: [UInt32: Int] = [:]

    init(media: MediaDescription) {
        self.media = media
    }

    mutating func add(source: UInt32, attribute: SDPAttribute?) {
        if let index = sourceIndex[source] {
            if let attribute { media.ssrcs[index].attributes.append(attribute) }
        } else {
            sourceIndex[source] = media.ssrcs.count
            media.ssrcs.append(SDPSource(ssrc: source, attributes: attribute.map { [$0] } ?? []))
        }
    }

    /// The section with its codecs in the order of the m-line.
    func finished() -> MediaDescription {
        guard media.isRTP else { return media }
        var finished = media
        var codecs: [SDPCodec] = []
        var indices: [UInt8: Int] = [:]
        for format in media.formats {
            guard let payloadType = UInt8(format), payloadType < 128, indices[payloadType] == nil,
                var codec = maps[payloadType] ?? SDPCodec.assigned(payloadType)
            else { continue }
            codec.parameters = parameters[payloadType] ?? []
            indices[payloadType] = codecs.count
            codecs.append(codec)
        }
        for entry in feedback {
            if let payloadType = entry.payloadType {
                if let index = indices[payloadType] { codecs[index].feedback.append(entry.text) }
            } else {
                for index in codecs.indices { codecs[index].feedback.append(entry.text) }
            }
        }
        finished.codecs = codecs
        finished.formats = media.formats
        return finished
    }
}
