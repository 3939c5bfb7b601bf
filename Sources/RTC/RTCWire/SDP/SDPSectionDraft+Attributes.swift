internal import RTCCore

/// The attributes of a media section.
extension SDPSectionDraft {
    mutating func read(_ name: ByteText, _ value: ByteText?, at line: SDPLine) throws(SDPParsingError) {
        if try readFormats(name, value, at: line) { return }
        if try readStreams(name, value, at: line) { return }
        if try readTransport(name, value, at: line) { return }
        media.attributes.append(SDPAttribute(name.string, value?.string))
    }

    /// ICE, DTLS, BUNDLE, SCTP.
    private mutating func readTransport(_ name: ByteText, _ value: ByteText?, at line: SDPLine) throws(SDPParsingError) -> Bool {
        switch name {
        case "mid": media.mid = try line.token(name, value).string
        case "ice-ufrag": media.iceUfrag = try line.token(name, value).string
        case "ice-pwd": media.icePassword = try line.token(name, value).string
        case "ice-options": media.iceOptions += line.words(value)
        case "fingerprint": media.fingerprints.append(try line.fingerprint(value))
        case "setup": media.setup = try line.setup(name, value)
        case "candidate": media.candidates.append("candidate:" + (value?.string ?? ""))
        case "end-of-candidates": media.endOfCandidates = true
        case "rtcp-mux": media.rtcpMux = true
        case "rtcp-mux-only": media.rtcpMuxOnly = true
        case "rtcp-rsize": media.rtcpReducedSize = true
        case "rtcp-xr": media.extendedReports += line.words(value)
        case "bundle-only": media.bundleOnly = true
        case "sctp-port": media.sctpPort = try line.number(name, value)
        case "max-message-size": media.maxMessageSize = try line.number(name, value)
        default: return false
        }
        return true
    }

    /// Directions, streams, sources, simulcast.
    private mutating func readStreams(_ name: ByteText, _ value: ByteText?, at line: SDPLine) throws(SDPParsingError) -> Bool {
        switch name {
        case "sendrecv": media.direction = .sendrecv
        case "sendonly": media.direction = .sendonly
        case "recvonly": media.direction = .recvonly
        case "inactive": media.direction = .inactive
        case "msid":
            let fields = line.words(value)
            guard fields.count == 1 || fields.count == 2 else { throw line.failure("a=msid needs a stream, perhaps a track") }
            media.msids.append(SDPMsid(stream: fields[0], track: fields.count == 2 ? fields[1] : nil))
        case "ssrc":
            guard let (number, attribute) = value?.trimmed.cut(at: UInt8(ascii: " ")), let ssrc = number.decimal(UInt32.self)
            else {
                throw line.failure("a=ssrc needs a number of 32 bits")
            }
            add(source: ssrc, attribute: attribute.map { SDPAttribute($0.trimmed) })
        case "ssrc-group":
            let fields = value?.fields ?? []
            let ssrcs = fields.dropFirst().compactMap { $0.decimal(UInt32.self) }
            guard let semantics = fields.first, ssrcs.count == fields.count - 1 else {
                throw line.failure("a=ssrc-group needs semantics and numbers of 32 bits")
            }
            media.ssrcGroups.append(SDPSourceGroup(semantics: semantics.string, ssrcs: ssrcs))
        case "rid":
            guard let rid = value.flatMap({ SDPRid($0) }) else {
                throw line.failure("a=rid needs an id, send or recv, and restrictions")
            }
            media.rids.append(rid)
        case "simulcast":
            // An early draft had another form, still seen; it is kept as it stands.
            guard media.simulcast == nil, let simulcast = value.flatMap({ SDPSimulcast($0) }) else { return false }
            media.simulcast = simulcast
        default: return false
        }
        return true
    }

    /// Codecs and header extensions.
    private mutating func readFormats(_ name: ByteText, _ value: ByteText?, at line: SDPLine) throws(SDPParsingError) -> Bool {
        switch name {
        case "rtcp-fb" where isRTP:
            let (format, rest) = Self.cutFormat(value)
            var payloadType: UInt8?
            if !(format == "*") { payloadType = try line.payloadType(name, format) }
            guard let text = rest?.trimmed, !text.isEmpty else {
                throw line.failure("a=rtcp-fb needs a format and a kind of feedback")
            }
            guard add(feedback: text.string, of: payloadType, limit: line.limits.feedbackPerCodec) else {
                throw line.failure("more than \(line.limits.feedbackPerCodec) kinds of feedback for each codec")
            }
        case "rtpmap" where isRTP:
            let codec = try codec(name, value, at: line)
            formats[place(of: codec.payloadType)].codec = codec
        case "fmtp" where isRTP:
            let (format, rest) = Self.cutFormat(value)
            let place = place(of: try line.payloadType(name, format))
            if let rest { formats[place].parameters += SDPParameter.parse(rest) }
        case "extmap": media.extensions.append(try line.extmap(value))
        case "extmap-allow-mixed": media.extmapAllowMixed = true
        default: return false
        }
        return true
    }

    /// A payload type, and what is said of it.
    private static func cutFormat(_ value: ByteText?) -> (format: ByteText, rest: ByteText?) {
        let (format, rest) = (value ?? ByteText("")).trimmed.cut(at: UInt8(ascii: " "))
        return (format, rest)
    }

    private func codec(_ name: ByteText, _ value: ByteText?, at line: SDPLine) throws(SDPParsingError) -> SDPCodec {
        let (format, rest) = Self.cutFormat(value)
        let payloadType = try line.payloadType(name, format)
        let parts = rest?.trimmed.split(on: UInt8(ascii: "/")) ?? []
        guard parts.count == 2 || parts.count == 3, !parts[0].isEmpty, let clockRate = parts[1].decimal(UInt32.self),
            clockRate > 0
        else { throw line.failure("a=rtpmap needs a payload type, a name and a clock rate") }
        var codec = SDPCodec(payloadType: payloadType, name: parts[0].string, clockRate: clockRate)
        if parts.count == 3 {
            guard let channels = parts[2].decimal(UInt8.self), channels > 0 else {
                throw line.failure("'\(parts[2])' is not a number of channels")
            }
            codec.channels = Int(channels)
        }
        return codec
    }
}
