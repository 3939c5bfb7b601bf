/// The attributes of a media section.
extension SDPParser {
    mutating func readSectionAttribute(_ name: String, _ value: Substring?) throws(SDPParsingError) {
        guard var draft = section.take() else { return }
        defer { section = draft }
        if try readTransport(name, value, into: &draft.media) { return }
        if try readStreams(name, value, into: &draft) { return }
        if try readFormats(name, value, into: &draft) { return }
        draft.media.attributes.append(SDPAttribute(name, value.map(String.init)))
    }

    /// ICE, DTLS, BUNDLE, SCTP.
    private func readTransport(
        _ name: String, _ value: Substring?, into media: inout MediaDescription
    ) throws(SDPParsingError) -> Bool {
        switch name {
        case "mid": media.mid = try token(name, value)
        case "ice-ufrag": media.iceUfrag = try token(name, value)
        case "ice-pwd": media.icePassword = try token(name, value)
        case "ice-options": media.iceOptions += (value ?? "").fields.map { String($0) }
        case "fingerprint": media.fingerprints.append(try fingerprint(value))
        case "setup": media.setup = try setup(value)
        case "candidate": media.candidates.append("candidate:\(value ?? "")")
        case "end-of-candidates": media.endOfCandidates = true
        case "rtcp-mux": media.rtcpMux = true
        case "rtcp-mux-only": media.rtcpMuxOnly = true
        case "rtcp-rsize": media.rtcpReducedSize = true
        case "bundle-only": media.bundleOnly = true
        case "sctp-port": media.sctpPort = try number(name, value)
        case "max-message-size": media.maxMessageSize = try number(name, value)
        default: return false
        }
        return true
    }

    /// Directions, streams, sources, simulcast.
    private func readStreams(
        _ name: String, _ value: Substring?, into draft: inout SDPSectionDraft
    ) throws(SDPParsingError) -> Bool {
        switch name {
        case "sendrecv": draft.media.direction = .sendrecv
        case "sendonly": draft.media.direction = .sendonly
        case "recvonly": draft.media.direction = .recvonly
        case "inactive": draft.media.direction = .inactive
        case "msid":
            let fields = (value ?? "").fields.map { String($0) }
            guard fields.count == 1 || fields.count == 2 else { throw failure("a=msid needs a stream, perhaps a track") }
            draft.media.msids.append(SDPMsid(stream: fields[0], track: fields.count == 2 ? fields[1] : nil))
        case "ssrc":
            let (number, attribute) = (value ?? "").trimmed.cut(at: UInt8(ascii: " "))
            guard let ssrc = UInt32(number) else { throw failure("a=ssrc needs a number of 32 bits") }
            draft.add(source: ssrc, attribute: attribute.map { SDPAttribute($0.trimmed) })
        case "ssrc-group":
            let fields = (value ?? "").fields
            let ssrcs = fields.dropFirst().compactMap { UInt32($0) }
            guard let semantics = fields.first, ssrcs.count == fields.count - 1 else {
                throw failure("a=ssrc-group needs semantics and numbers of 32 bits")
            }
            draft.media.ssrcGroups.append(SDPSourceGroup(semantics: String(semantics), ssrcs: ssrcs))
        case "rid":
            guard let value, let rid = SDPRid(value) else { throw failure("a=rid needs an id, send or recv, and restrictions") }
            draft.media.rids.append(rid)
        case "simulcast":
            // An early draft had another form, still seen; it is kept as it stands.
            guard let value, draft.media.simulcast == nil, let simulcast = SDPSimulcast(value) else { return false }
            draft.media.simulcast = simulcast
        default: return false
        }
        return true
    }

    /// Codecs and header extensions.
    private func readFormats(
        _ name: String, _ value: Substring?, into draft: inout SDPSectionDraft
    ) throws(SDPParsingError) -> Bool {
        switch name {
        case "extmap": draft.media.extensions.append(try extmap(value))
        case "extmap-allow-mixed": draft.media.extmapAllowMixed = true
        case "rtpmap" where draft.media.isRTP:
            let codec = try codec(value)
            draft.maps[codec.payloadType] = codec
        case "fmtp" where draft.media.isRTP:
            let (format, rest) = (value ?? "").trimmed.cut(at: UInt8(ascii: " "))
            draft.parameters[try payloadType(name, format), default: []] += SDPParameter.parse(rest ?? "")
        case "rtcp-fb" where draft.media.isRTP:
            let (format, rest) = (value ?? "").trimmed.cut(at: UInt8(ascii: " "))
            let payloadType = format == "*" ? nil : try payloadType(name, format)
            guard let text = rest?.trimmed, !text.isEmpty else {
                throw failure("a=rtcp-fb needs a format and a kind of feedback")
            }
            let count = draft.feedbackCount[payloadType ?? 128, default: 0]
            guard count < limits.feedbackPerCodec else {
                throw failure("more than \(limits.feedbackPerCodec) kinds of feedback for each codec")
            }
            draft.feedbackCount[payloadType ?? 128] = count + 1
            draft.feedback.append((payloadType, String(text)))
        default: return false
        }
        return true
    }

    private func codec(_ value: Substring?) throws(SDPParsingError) -> SDPCodec {
        let (format, rest) = (value ?? "").trimmed.cut(at: UInt8(ascii: " "))
        let payloadType = try payloadType("rtpmap", format)
        let parts = (rest ?? "").trimmed.split(on: UInt8(ascii: "/"))
        guard parts.count == 2 || parts.count == 3, !parts[0].isEmpty, let clockRate = UInt32(parts[1]), clockRate > 0 else {
            throw failure("a=rtpmap needs a payload type, a name and a clock rate")
        }
        var codec = SDPCodec(payloadType: payloadType, name: String(parts[0]), clockRate: clockRate)
        if parts.count == 3 {
            guard let channels = UInt8(parts[2]), channels > 0 else { throw failure("'\(parts[2])' is not a number of channels") }
            codec.channels = Int(channels)
        }
        return codec
    }

    private func payloadType(_ name: String, _ text: Substring) throws(SDPParsingError) -> UInt8 {
        guard let payloadType = UInt8(text), payloadType < 128 else {
            throw failure("a=\(name): '\(text)' is not a payload type")
        }
        return payloadType
    }
}
