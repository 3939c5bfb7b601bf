/// A media section while it is read: its codecs come together only at its end, for their lines come in any order.
struct SDPSectionDraft {
    /// What the lines say of one payload type.
    struct Format {
        let payloadType: UInt8
        var codec: SDPCodec?
        var parameters: [SDPParameter] = []
        var feedbackCount = 0
    }

    var media: MediaDescription
    let isRTP: Bool
    /// In the order in which they came up; at most 128.
    var formats: [Format] = []
    /// Feedback of a payload type, or of all of them.
    private var feedback: [(payloadType: UInt8?, text: String)] = []
    private var commonFeedbackCount = 0
    /// The place of each SSRC in the section's list, once there are too many to look through.
    private var sourceIndex: [UInt32: Int] = [:]
    private static let fewSources = 16

    init(media: MediaDescription) {
        self.media = media
        isRTP = media.isRTP
    }

    /// Where a payload type lies among ``formats``, added where it is new.
    mutating func place(of payloadType: UInt8) -> Int {
        if let place = formats.lastIndex(where: { $0.payloadType == payloadType }) { return place }
        formats.append(Format(payloadType: payloadType))
        return formats.count - 1
    }

    /// `false` where there is too much of it.
    mutating func add(feedback text: String, of payloadType: UInt8?, limit: Int) -> Bool {
        if let payloadType {
            let place = place(of: payloadType)
            guard formats[place].feedbackCount < limit else { return false }
            formats[place].feedbackCount += 1
        } else {
            guard commonFeedbackCount < limit else { return false }
            commonFeedbackCount += 1
        }
        feedback.append((payloadType, text))
        return true
    }

    mutating func add(source: UInt32, attribute: SDPAttribute?) {
        if let index = index(of: source) {
            if let attribute { media.ssrcs[index].attributes.append(attribute) }
            return
        }
        media.ssrcs.append(SDPSource(ssrc: source, attributes: attribute.map { [$0] } ?? []))
        if media.ssrcs.count == Self.fewSources {
            for (index, known) in media.ssrcs.enumerated() { sourceIndex[known.ssrc] = index }
        } else if media.ssrcs.count > Self.fewSources {
            sourceIndex[source] = media.ssrcs.count - 1
        }
    }

    private func index(of source: UInt32) -> Int? {
        if media.ssrcs.last?.ssrc == source { return media.ssrcs.count - 1 }
        guard media.ssrcs.count < Self.fewSources else { return sourceIndex[source] }
        return media.ssrcs.firstIndex { $0.ssrc == source }
    }

    /// The section with its codecs in the order of the m-line.
    func finished() -> MediaDescription {
        guard isRTP else { return media }
        var finished = media
        var codecs: [SDPCodec] = []
        var seen: UInt128 = 0
        for text in media.formats {
            guard let payloadType = UInt8(text), payloadType < 128, seen & 1 << payloadType == 0 else { continue }
            seen |= 1 << payloadType
            let format = formats.first { $0.payloadType == payloadType }
            guard var codec = format?.codec ?? SDPCodec.assigned(payloadType) else { continue }
            codec.parameters = format?.parameters ?? []
            codecs.append(codec)
        }
        for entry in feedback {
            for index in codecs.indices where entry.payloadType.map({ $0 == codecs[index].payloadType }) ?? true {
                codecs[index].feedback.append(entry.text)
            }
        }
        finished.codecs = codecs
        finished.formats = media.formats
        return finished
    }
}
