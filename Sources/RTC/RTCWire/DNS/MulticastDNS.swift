public import RTCCore

/// The two messages of multicast DNS that finding one host takes: a question for its addresses, and the records that answer it
/// (RFC 6762, RFC 1035 §4).
public enum MulticastDNS {
    /// Where questions go, and answers as well unless somebody asked from another port (RFC 6762 §3).
    public static let group = SocketAddress(ipv4: 0xE000_00FB, port: 5353)

    /// The family of an address, as a question asks for it.
    public enum RecordType: UInt16, Sendable, CaseIterable {
        case a = 1
        case aaaa = 28
    }

    private static let internet: UInt16 = 1
    /// Set in a record's class where it replaces what was known before (RFC 6762 §10.2).
    private static let cacheFlush: UInt16 = 0x8000
    private static let isResponse: UInt16 = 0x8000
    private static let longestName = 255
    private static let longestLabel = 63

    /// Whether a name may be asked for: one label below `local.` (RFC 8828's obfuscated candidates have no more), in ASCII.
    public static func isName(_ name: String) -> Bool {
        let labels = name.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard labels.count == 2, (1...longestLabel).contains(labels[0].count) else { return false }
        return String(name.suffix(5)).lowercased() == "local"
            && labels[0].allSatisfy { byte in
                (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x5F
            }
    }

    /// Writes a question for one name and type; some responders read only the first of several.
    ///
    /// - Parameter slot: At least 300 bytes.
    /// - Returns: Its size in bytes.
    public static func write(questionFor name: String, _ type: RecordType, into slot: UnsafeMutableRawBufferPointer) -> Int {
        precondition(isName(name), "a name that may be asked for")
        var writer = ByteWriter(slot)
        // The identifier is zero, and so are the flags (RFC 6762 §18).
        writer.write(UInt16(0))
        writer.write(UInt16(0))
        writer.write(UInt16(1))
        for _ in 0..<3 { writer.write(UInt16(0)) }
        for label in name.utf8.split(separator: 0x2E) {
            writer.write(UInt8(label.count))
            writer.write(bytes: Array(label))
        }
        writer.write(UInt8(0))
        writer.write(type.rawValue)
        writer.write(internet)
        precondition(!writer.overflowed, "a question has at most 300 bytes")
        return writer.count
    }

    /// Calls back with each address record of a response, whatever it is about; anything else is passed over.
    ///
    /// - Returns: Whether it was a response that could be read to its end.
    @discardableResult
    public static func readAddresses(in message: RawSpan, _ found: (_ name: String, _ address: SocketAddress) -> Void) -> Bool {
        var reader = ByteReader(message)
        guard reader.readUInt16() != nil, let flags = reader.readUInt16(), flags & isResponse != 0,
            let questions = reader.readUInt16(), let answers = reader.readUInt16(), let authorities = reader.readUInt16(),
            let additional = reader.readUInt16()
        else { return false }
        for _ in 0..<questions {
            guard readName(message, &reader) != nil, reader.readBytes(4) != nil else { return false }
        }
        for _ in 0..<(Int(answers) + Int(authorities) + Int(additional)) {
            guard let name = readName(message, &reader), let type = reader.readUInt16(), let kind = reader.readUInt16(),
                reader.readUInt32() != nil, let size = reader.readUInt16(), let data = reader.readBytes(Int(size))
            else { return false }
            guard kind & ~cacheFlush == internet else { continue }
            var value = ByteReader(data)
            switch (type, size) {
            case (RecordType.a.rawValue, 4):
                if let word = value.readUInt32() { found(name, SocketAddress(ipv4: word, port: 0)) }
            case (RecordType.aaaa.rawValue, 16):
                if let high = value.readUInt64(), let low = value.readUInt64() {
                    found(name, SocketAddress(ipv6High: high, low: low, port: 0))
                }
            default: continue
            }
        }
        return true
    }

    /// Reads a name where the reader stands, and moves it behind that.
    private static func readName(_ message: RawSpan, _ reader: inout ByteReader) -> String? {
        guard let (name, end) = name(in: message, at: reader.offset), reader.readBytes(end - reader.offset) != nil else {
            return nil
        }
        return name
    }

    /// A name in lower case and where it ends, with the pointers of RFC 1035 §4.1.4 followed; each must lead further back, so that
    /// there is an end.
    private static func name(in message: RawSpan, at start: Int) -> (name: String, end: Int)? {
        var name: [UInt8] = []
        var position = start
        var bound = start
        var end: Int?
        while position < message.byteCount {
            let size = Int(message.unsafeLoad(fromByteOffset: position, as: UInt8.self))
            switch size {
            case 0: return (String(decoding: name, as: UTF8.self), end ?? position + 1)
            case 1...longestLabel:
                guard position + 1 + size <= message.byteCount, name.count + 1 + size <= longestName else { return nil }
                if !name.isEmpty { name.append(0x2E) }
                for offset in 0..<size {
                    let byte = message.unsafeLoad(fromByteOffset: position + 1 + offset, as: UInt8.self)
                    name.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
                }
                position += 1 + size
            case 192...255:
                guard position + 2 <= message.byteCount else { return nil }
                let low = message.unsafeLoad(fromByteOffset: position + 1, as: UInt8.self)
                let target = (size & 0x3F) << 8 | Int(low)
                guard target < bound else { return nil }
                end = end ?? position + 2
                bound = target
                position = target
            default: return nil
            }
        }
        return nil
    }
}
