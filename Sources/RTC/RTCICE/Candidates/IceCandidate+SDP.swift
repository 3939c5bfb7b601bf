internal import RTCCore
internal import RTCWire

extension IceCandidate {
    public enum ParsingError: Error, Hashable, Sendable {
        /// A correct line for something that this agent does not do, such as a second component, or a host name.
        case unsupported(String)
        /// A correct line with a name of multicast DNS in the place of an address: read it again with an address there (RFC 8828 §5.1).
        case multicastName(String)
        /// Not a line of RFC 8839 §5.1.
        case malformed(String)
    }

    /// Reads a candidate attribute (RFC 8839 §5.1), with or without `a=` and `candidate:`.
    public init(parsing line: some StringProtocol) throws(ParsingError) {
        var text = ByteText(line)
        while let last = text.last, last == 0x20 || (0x0A...0x0D).contains(last) { text = text.dropLast() }
        guard text.count <= 1024 else { throw .malformed("longer than 1024 bytes") }
        if text.hasPrefix("a=") { text = text.dropFirst(2) }
        if text.hasPrefix("candidate:") { text = text.dropFirst(10) }
        var words: [ByteText] = []
        words.reserveCapacity(12)
        var rest: ByteText? = text
        while let (word, next) = rest?.cut(at: 0x20) {
            if !word.isEmpty { words.append(word) }
            rest = next
        }
        guard words.count >= 8 else { throw .malformed("fewer than eight fields") }
        guard words[6] == "typ" else { throw .malformed("no 'typ'") }
        let foundation = words[0]
        guard (1...32).contains(foundation.count), foundation.allSatisfy(\.isIceCharacter) else {
            throw .malformed("foundation")
        }
        guard let component = words[1].decimal(UInt16.self), (1...256).contains(component) else { throw .malformed("component") }
        guard let priority = words[3].decimal(UInt32.self) else { throw .malformed("priority") }
        guard let port = words[5].decimal(UInt16.self) else { throw .malformed("port") }
        let extras = try Extras(words[8...])
        let transport = words[2].lowercased
        var tcpType: IceTCPType?
        if transport == "tcp" {
            guard let type = extras.tcpType else { throw .malformed("no 'tcptype'") }
            tcpType = type
        } else if transport != "udp" {
            throw .unsupported("transport \(transport)")
        }
        guard component == 1 else { throw .unsupported("component \(component)") }
        guard let kind = Kind(rawValue: words[7].lowercased) else { throw .unsupported("type \(words[7])") }
        guard let address = SocketAddress(words[4], port: port) else {
            guard Self.isHostName(words[4]) else { throw .malformed("address") }
            if let tcpType, tcpType != .passive { throw .unsupported("host name of a TCP candidate that is \(tcpType.rawValue)") }
            guard !MulticastDNS.isName(words[4].string) else { throw .multicastName(words[4].string) }
            throw .unsupported("host name \(words[4])")
        }
        guard port > 0 else { throw .malformed("port") }
        self.init(
            foundation: foundation.string, component: 1, priority: priority, address: address, kind: kind,
            relatedAddress: extras.relatedAddress, tcpType: tcpType, ufrag: extras.ufrag)
    }

    /// The attribute's name and value, `candidate:...`.
    public var sdpValue: String {
        var text =
            "candidate:\(foundation) \(component) \(tcpType == nil ? "udp" : "tcp") \(priority) \(address.host) \(address.port)"
            + " typ \(kind.rawValue)"
        if let relatedAddress { text += " raddr \(relatedAddress.host) rport \(relatedAddress.port)" }
        if let tcpType { text += " tcptype \(tcpType.rawValue)" }
        if let ufrag { text += " ufrag \(ufrag)" }
        return text
    }

    private static func isHostName(_ text: ByteText) -> Bool {
        text.count <= 253 && !text.allSatisfy { !(0x61...0x7A).contains($0 | 0x20) } && !text.contains(0x3A)
            && text.allSatisfy { byte in
                (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x2E
                    || byte == 0x5F
            }
    }
}

/// What follows the type: the related address and extensions by name, of which `tcptype` and `ufrag` matter here.
private struct Extras {
    var relatedAddress: SocketAddress?
    var tcpType: IceTCPType?
    var ufrag: String?

    init(_ words: ArraySlice<ByteText>) throws(IceCandidate.ParsingError) {
        guard words.count % 2 == 0 else { throw .malformed("an extension without a value") }
        var host: ByteText?
        var port: UInt16?
        var index = words.startIndex
        while index < words.endIndex {
            let value = words[index + 1]
            switch words[index] {
            case "raddr": host = value
            case "rport":
                guard let number = value.decimal(UInt16.self) else { throw .malformed("rport") }
                port = number
            case "tcptype":
                guard let type = IceTCPType(rawValue: value.lowercased) else { throw .malformed("tcptype") }
                tcpType = type
            case "ufrag":
                guard (4...256).contains(value.count), value.allSatisfy(\.isIceCharacter) else {
                    throw .malformed("ufrag")
                }
                ufrag = value.string
            default: break
            }
            index += 2
        }
        if let host, let port { relatedAddress = SocketAddress(host, port: port) }
    }
}
