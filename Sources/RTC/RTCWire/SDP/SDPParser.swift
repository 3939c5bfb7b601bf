/// Reads a session description line by line (RFC 8866 §5).
struct SDPParser {
    let limits: SDPLimits
    var line = 0
    var session = SessionDescription(origin: SDPOrigin(sessionID: 0, version: 0))
    var section: SDPSectionDraft?
    private var hasOrigin = false

    init(limits: SDPLimits) {
        self.limits = limits
    }

    mutating func parse(_ text: String) throws(SDPParsingError) -> SessionDescription {
        guard text.utf8.count <= limits.size else { throw failure("more than \(limits.size) bytes") }
        var isFirst = true
        for part in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            line += 1
            var part = part
            while part.last == UInt8(ascii: "\r") { part = part.dropLast() }
            guard !part.isEmpty else { continue }
            guard line <= limits.lines else { throw failure("more than \(limits.lines) lines") }
            let content = Substring(part)
            if isFirst {
                guard content.trimmed == "v=0" else { throw failure("a description begins with v=0") }
                isFirst = false
                continue
            }
            try read(content)
        }
        guard hasOrigin else { throw failure(isFirst ? "the description is empty" : "there is no o= line") }
        try closeSection()
        return session
    }

    func failure(_ reason: String) -> SDPParsingError {
        SDPParsingError(line: line, reason: reason)
    }

    private mutating func closeSection() throws(SDPParsingError) {
        guard let draft = section else { return }
        session.media.append(draft.finished())
        section = nil
    }

    private mutating func read(_ content: Substring) throws(SDPParsingError) {
        let (type, rest) = content.cut(at: UInt8(ascii: "="))
        guard type.utf8.count == 1, let letter = type.utf8.first, let value = rest else {
            throw failure("not a line of the form x=…")
        }
        switch letter {
        case UInt8(ascii: "a"):
            let (name, value) = value.cut(at: UInt8(ascii: ":"))
            if section == nil {
                try readSessionAttribute(String(name), value)
            } else {
                try readSectionAttribute(String(name), value)
            }
        case UInt8(ascii: "m"): try readMedia(value)
        case UInt8(ascii: "o"): try readOrigin(value)
        case UInt8(ascii: "s"): if section == nil { session.name = value.isEmpty ? "-" : String(value) }
        case UInt8(ascii: "t"):
            let times = value.fields.map { UInt64($0) }
            guard times.count == 2, let start = times[0], let stop = times[1] else { throw failure("t= needs two numbers") }
            session.timing = SDPTiming(start: start, stop: stop)
        case UInt8(ascii: "c"):
            guard let address = SDPAddress(value.fields) else { throw failure("c= needs IN, a family and an address") }
            if section == nil { session.connection = address } else { section?.media.connection = address }
        case UInt8(ascii: "b"):
            let (type, number) = value.trimmed.cut(at: UInt8(ascii: ":"))
            guard let number, let bits = UInt64(number) else { throw failure("b= needs a type and a number") }
            let bandwidth = SDPBandwidth(type: String(type), value: bits)
            if section == nil { session.bandwidths.append(bandwidth) } else { section?.media.bandwidths.append(bandwidth) }
        case UInt8(ascii: "v"): throw failure("a second v= line")
        case UInt8(ascii: "i"), UInt8(ascii: "u"), UInt8(ascii: "e"), UInt8(ascii: "p"), UInt8(ascii: "r"), UInt8(ascii: "z"),
            UInt8(ascii: "k"):
            break
        default:
            // RFC 8866 §5: a description with a type that is not understood must be refused as a whole.
            throw failure("unknown type '\(type)'")
        }
    }

    private mutating func readOrigin(_ value: Substring) throws(SDPParsingError) {
        let fields = value.fields
        guard fields.count == 6, let sessionID = UInt64(fields[1]), let version = UInt64(fields[2]),
            let address = SDPAddress(fields[3...])
        else { throw failure("o= needs a user name, two numbers, IN, a family and an address") }
        session.origin = SDPOrigin(username: String(fields[0]), sessionID: sessionID, version: version, address: address)
        hasOrigin = true
    }

    private mutating func readMedia(_ value: Substring) throws(SDPParsingError) {
        try closeSection()
        guard session.media.count < limits.mediaSections else {
            throw failure("more than \(limits.mediaSections) media sections")
        }
        let fields = value.fields
        guard fields.count >= 4 else { throw failure("m= needs a kind, a port, a protocol and a format") }
        guard let port = UInt16(fields[1].cut(at: UInt8(ascii: "/")).head) else { throw failure("'\(fields[1])' is not a port") }
        var media = MediaDescription(
            kind: SDPMediaKind(String(fields[0])), port: port, proto: String(fields[2]),
            formats: fields[3...].map { String($0) })
        media.direction = session.direction ?? .sendrecv
        section = SDPSectionDraft(media: media)
    }

    private mutating func readSessionAttribute(_ name: String, _ value: Substring?) throws(SDPParsingError) {
        switch name {
        case "group":
            let fields = (value ?? "").fields.map { String($0) }
            guard fields.first == "BUNDLE" else {
                session.attributes.append(SDPAttribute(name, value.map(String.init)))
                return
            }
            session.bundleGroups.append(Array(fields.dropFirst()))
        case "ice-lite": session.iceLite = true
        case "ice-options": session.iceOptions += (value ?? "").fields.map { String($0) }
        case "ice-ufrag": session.iceUfrag = try token(name, value)
        case "ice-pwd": session.icePassword = try token(name, value)
        case "fingerprint": session.fingerprints.append(try fingerprint(value))
        case "setup": session.setup = try setup(value)
        case "extmap-allow-mixed": session.extmapAllowMixed = true
        case "extmap": session.extensions.append(try extmap(value))
        case "msid-semantic": session.msidSemantic = String((value ?? "").trimmed)
        case "sendrecv", "sendonly", "recvonly", "inactive": session.direction = SDPDirection(rawValue: name)
        default: session.attributes.append(SDPAttribute(name, value.map(String.init)))
        }
    }
}

/// Values that sessions and sections share.
extension SDPParser {
    /// A value of one word.
    func token(_ name: String, _ value: Substring?) throws(SDPParsingError) -> String {
        let fields = (value ?? "").fields
        guard fields.count == 1 else { throw failure("a=\(name) needs one word") }
        return String(fields[0])
    }

    func number<Number: FixedWidthInteger>(_ name: String, _ value: Substring?) throws(SDPParsingError) -> Number {
        guard let value, let number = Number(value.trimmed) else { throw failure("a=\(name) needs a number up to \(Number.max)") }
        return number
    }

    func fingerprint(_ value: Substring?) throws(SDPParsingError) -> SDPFingerprint {
        guard let value, let fingerprint = SDPFingerprint(String(value)) else {
            throw failure("a=fingerprint needs a hash function and bytes in hexadecimal")
        }
        return fingerprint
    }

    func setup(_ value: Substring?) throws(SDPParsingError) -> SDPSetup {
        guard let setup = SDPSetup(rawValue: try token("setup", value)) else {
            throw failure("a=setup is one of actpass, active, passive, holdconn")
        }
        return setup
    }

    func extmap(_ value: Substring?) throws(SDPParsingError) -> SDPExtmap {
        guard let value, let entry = SDPExtmap(value) else {
            throw failure("a=extmap needs an id, perhaps a direction, and a URI")
        }
        return entry
    }
}
