internal import RTCCore

/// Reads a session description line by line (RFC 8866 §5).
struct SDPParser {
    let limits: SDPLimits
    private var session = SessionDescription(origin: SDPOrigin(sessionID: 0, version: 0))
    private var sections: [SDPSectionDraft] = []
    private var hasOrigin = false

    init(limits: SDPLimits) {
        self.limits = limits
    }

    mutating func parse(_ text: String) throws(SDPParsingError) -> SessionDescription {
        var number = 0
        guard text.utf8.count <= limits.size else {
            throw SDPLine(number: number, limits: limits).failure("more than \(limits.size) bytes")
        }
        var isFirst = true
        var rest: ByteText? = ByteText(text)
        while let remaining = rest {
            var (content, next) = remaining.cut(at: UInt8(ascii: "\n"))
            rest = next
            number += 1
            while content.last == UInt8(ascii: "\r") { content = content.dropLast() }
            guard !content.isEmpty else { continue }
            let line = SDPLine(number: number, limits: limits)
            guard number <= limits.lines else { throw line.failure("more than \(limits.lines) lines") }
            // RFC 8866 §9, byte-string: what is written again would end elsewhere.
            guard !content.contains(UInt8(ascii: "\r")) else { throw line.failure("a carriage return inside a line") }
            if isFirst {
                guard content.trimmed == "v=0" else { throw line.failure("a description begins with v=0") }
                isFirst = false
                continue
            }
            try read(content, at: line)
        }
        guard hasOrigin else {
            throw SDPLine(number: number, limits: limits).failure(isFirst ? "the description is empty" : "there is no o= line")
        }
        session.media = sections.map { $0.finished() }
        return session
    }

    private mutating func read(_ content: ByteText, at line: SDPLine) throws(SDPParsingError) {
        guard content.count >= 2, content[1] == UInt8(ascii: "=") else { throw line.failure("not a line of the form x=…") }
        let value = content.dropFirst(2)
        let last = sections.count - 1
        switch content[0] {
        case UInt8(ascii: "a"):
            let (name, value) = value.cut(at: UInt8(ascii: ":"))
            if last < 0 { try readAttribute(name, value, at: line) } else { try sections[last].read(name, value, at: line) }
        case UInt8(ascii: "m"): try readMedia(value, at: line)
        case UInt8(ascii: "o"): try readOrigin(value, at: line)
        case UInt8(ascii: "s"): if last < 0 { session.name = value.isEmpty ? "-" : value.string }
        case UInt8(ascii: "t"):
            let times = value.fields.map { $0.decimal(UInt64.self) }
            guard times.count == 2, let start = times[0], let stop = times[1] else { throw line.failure("t= needs two numbers") }
            session.timing = SDPTiming(start: start, stop: stop)
        case UInt8(ascii: "c"):
            guard let address = SDPAddress(value) else { throw line.failure("c= needs IN, a family and an address") }
            if last < 0 { session.connection = address } else { sections[last].media.connection = address }
        case UInt8(ascii: "b"):
            let (type, number) = value.trimmed.cut(at: UInt8(ascii: ":"))
            guard let bits = number?.decimal(UInt64.self) else { throw line.failure("b= needs a type and a number") }
            let bandwidth = SDPBandwidth(type: type.string, value: bits)
            if last < 0 { session.bandwidths.append(bandwidth) } else { sections[last].media.bandwidths.append(bandwidth) }
        case UInt8(ascii: "v"): throw line.failure("a second v= line")
        case UInt8(ascii: "i"), UInt8(ascii: "u"), UInt8(ascii: "e"), UInt8(ascii: "p"), UInt8(ascii: "r"), UInt8(ascii: "z"),
            UInt8(ascii: "k"):
            break
        default:
            // RFC 8866 §5: a description with a type that is not understood must be refused as a whole.
            throw line.failure("unknown type '\(content.dropLast(content.count - 1))'")
        }
    }

    private mutating func readOrigin(_ value: ByteText, at line: SDPLine) throws(SDPParsingError) {
        var rest = value
        guard let username = rest.takeField(), let sessionID = rest.takeField()?.decimal(UInt64.self),
            let version = rest.takeField()?.decimal(UInt64.self), let address = SDPAddress(rest)
        else { throw line.failure("o= needs a user name, two numbers, IN, a family and an address") }
        session.origin = SDPOrigin(username: username.string, sessionID: sessionID, version: version, address: address)
        hasOrigin = true
    }

    private mutating func readMedia(_ value: ByteText, at line: SDPLine) throws(SDPParsingError) {
        guard sections.count < limits.mediaSections else {
            throw line.failure("more than \(limits.mediaSections) media sections")
        }
        let fields = value.fields
        guard fields.count >= 4 else { throw line.failure("m= needs a kind, a port, a protocol and a format") }
        guard let port = fields[1].cut(at: UInt8(ascii: "/")).head.decimal(UInt16.self) else {
            throw line.failure("'\(fields[1])' is not a port")
        }
        var media = MediaDescription(
            kind: SDPMediaKind(fields[0].string), port: port, proto: fields[2].string, formats: fields[3...].map(\.string))
        media.direction = session.direction ?? .sendrecv
        sections.append(SDPSectionDraft(media: media))
    }

    private mutating func readAttribute(_ name: ByteText, _ value: ByteText?, at line: SDPLine) throws(SDPParsingError) {
        switch name {
        case "group":
            let fields = line.words(value)
            guard fields.first == "BUNDLE" else {
                session.attributes.append(SDPAttribute(name.string, value?.string))
                return
            }
            session.bundleGroups.append(Array(fields.dropFirst()))
        case "ice-lite": session.iceLite = true
        case "ice-options": session.iceOptions += line.words(value)
        case "ice-ufrag": session.iceUfrag = try line.token(name, value).string
        case "ice-pwd": session.icePassword = try line.token(name, value).string
        case "fingerprint": session.fingerprints.append(try line.fingerprint(value))
        case "setup": session.setup = try line.setup(name, value)
        case "extmap-allow-mixed": session.extmapAllowMixed = true
        case "extmap": session.extensions.append(try line.extmap(value))
        case "msid-semantic": session.msidSemantic = value?.trimmed.string ?? ""
        case "sendrecv", "sendonly", "recvonly", "inactive": session.direction = SDPDirection(rawValue: name.string)
        default: session.attributes.append(SDPAttribute(name.string, value?.string))
        }
    }
}
