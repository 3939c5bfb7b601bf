extension SessionDescription {
    /// The description as it goes over the wire, with CRLF, in the order of RFC 9429 §5.2.1.
    public var text: String {
        var lines = SDPLines()
        lines.add("v=0")
        lines.add("o=", origin.username, " ", String(origin.sessionID), " ", String(origin.version), " ", origin.address.text)
        lines.add("s=", name.isEmpty ? "-" : name)
        if let connection { lines.add("c=", connection.text) }
        for bandwidth in bandwidths { lines.add("b=", bandwidth.type, ":", String(bandwidth.value)) }
        lines.add("t=", String(timing.start), " ", String(timing.stop))
        for group in bundleGroups { lines.attribute("group", (["BUNDLE"] + group).joined(separator: " ")) }
        lines.flag("extmap-allow-mixed", extmapAllowMixed)
        if let msidSemantic { lines.attribute("msid-semantic", msidSemantic) }
        lines.flag("ice-lite", iceLite)
        lines.transport(
            ufrag: iceUfrag, password: icePassword, options: iceOptions, fingerprints: fingerprints, setup: setup)
        for entry in extensions { lines.attribute("extmap", entry.text) }
        if let direction { lines.flag(direction.rawValue, true) }
        for attribute in attributes { lines.add("a=", attribute.text) }
        for section in media { lines.section(section, inherited: direction ?? .sendrecv) }
        return lines.text
    }
}

/// The lines of a description while they are put together.
private struct SDPLines {
    private var bytes: [UInt8] = []

    init() {
        // What a call with a camera and a microphone takes.
        bytes.reserveCapacity(4096)
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    private mutating func put(_ part: String) {
        bytes.append(contentsOf: part.utf8)
    }

    private mutating func end() {
        bytes.append(UInt8(ascii: "\r"))
        bytes.append(UInt8(ascii: "\n"))
    }

    /// One line of parts, put behind one another.
    mutating func add(_ parts: String...) {
        for part in parts { put(part) }
        end()
    }

    mutating func attribute(_ name: String, _ value: String) {
        put("a=")
        put(name)
        put(":")
        put(value)
        end()
    }

    mutating func flag(_ name: String, _ isSet: Bool) {
        guard isSet else { return }
        put("a=")
        put(name)
        end()
    }

    mutating func transport(
        ufrag: String?, password: String?, options: [String], fingerprints: [SDPFingerprint], setup: SDPSetup?
    ) {
        if let ufrag { attribute("ice-ufrag", ufrag) }
        if let password { attribute("ice-pwd", password) }
        if !options.isEmpty { attribute("ice-options", options.joined(separator: " ")) }
        for fingerprint in fingerprints { attribute("fingerprint", fingerprint.text) }
        if let setup { attribute("setup", setup.rawValue) }
    }

    mutating func section(_ section: MediaDescription, inherited: SDPDirection) {
        // RFC 8866 §5.14 wants one format at least; a rejected section of RTP may have lost all of its own.
        let formats = section.formats.isEmpty ? "0" : section.formats.joined(separator: " ")
        add("m=", section.kind.name, " ", String(section.port), " ", section.proto, " ", formats)
        if let connection = section.connection { add("c=", connection.text) }
        for bandwidth in section.bandwidths { add("b=", bandwidth.type, ":", String(bandwidth.value)) }
        transport(
            ufrag: section.iceUfrag, password: section.icePassword, options: section.iceOptions,
            fingerprints: section.fingerprints, setup: section.setup)
        if let mid = section.mid { attribute("mid", mid) }
        flag("bundle-only", section.bundleOnly)
        flag("extmap-allow-mixed", section.extmapAllowMixed)
        for entry in section.extensions { attribute("extmap", entry.text) }
        flag(section.direction.rawValue, section.isRTP || section.direction != inherited)
        for msid in section.msids {
            if let track = msid.track { add("a=msid:", msid.stream, " ", track) } else { attribute("msid", msid.stream) }
        }
        flag("rtcp-mux", section.rtcpMux)
        flag("rtcp-mux-only", section.rtcpMuxOnly)
        flag("rtcp-rsize", section.rtcpReducedSize)
        if !section.extendedReports.isEmpty {
            attribute("rtcp-xr", section.extendedReports.joined(separator: " "))
        }
        for codec in section.codecs { self.codec(codec) }
        for rid in section.rids { attribute("rid", rid.text) }
        if let simulcast = section.simulcast { attribute("simulcast", simulcast.text) }
        if let port = section.sctpPort { attribute("sctp-port", String(port)) }
        if let size = section.maxMessageSize { attribute("max-message-size", String(size)) }
        for attribute in section.attributes { add("a=", attribute.text) }
        for group in section.ssrcGroups {
            attribute("ssrc-group", ([group.semantics] + group.ssrcs.map { String($0) }).joined(separator: " "))
        }
        for source in section.ssrcs {
            if source.attributes.isEmpty { attribute("ssrc", String(source.ssrc)) }
            for entry in source.attributes { add("a=ssrc:", String(source.ssrc), " ", entry.text) }
        }
        for candidate in section.candidates { add("a=", candidate) }
        flag("end-of-candidates", section.endOfCandidates)
    }

    mutating func codec(_ codec: SDPCodec) {
        let format = String(codec.payloadType)
        if codec.channels == 1 {
            add("a=rtpmap:", format, " ", codec.name, "/", String(codec.clockRate))
        } else {
            add("a=rtpmap:", format, " ", codec.name, "/", String(codec.clockRate), "/", String(codec.channels))
        }
        for feedback in codec.feedback { add("a=rtcp-fb:", format, " ", feedback) }
        guard !codec.parameters.isEmpty else { return }
        put("a=fmtp:")
        put(format)
        for (index, parameter) in codec.parameters.enumerated() {
            put(index == 0 ? " " : ";")
            put(parameter.text)
        }
        end()
    }
}
