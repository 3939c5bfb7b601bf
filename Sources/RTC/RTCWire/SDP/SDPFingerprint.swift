internal import RTCCore

/// The hash of a certificate (RFC 8122 §5).
public struct SDPFingerprint: Hashable, Sendable {
    /// Lower case: `sha-256`.
    public var hashFunction: String
    public var bytes: [UInt8]

    public init(hashFunction: String, bytes: [UInt8]) {
        self.hashFunction = hashFunction
        self.bytes = bytes
    }

    /// - Parameter text: `sha-256 19:E2:1C:…`
    public init?(_ text: String) {
        self.init(ByteText(text))
    }

    init?(_ text: ByteText) {
        var text = text
        guard let function = text.takeField(), let digits = text.takeField(), text.takeField() == nil, digits.count % 3 == 2
        else {
            return nil
        }
        self.init(hashFunction: function.lowercased, bytes: [])
        bytes.reserveCapacity((digits.count + 1) / 3)
        for place in stride(from: 0, to: digits.count, by: 3) {
            guard place == 0 || digits[place - 1] == UInt8(ascii: ":"), let high = Self.digit(digits[place]),
                let low = Self.digit(digits[place + 1])
            else { return nil }
            bytes.append(high << 4 | low)
        }
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Upper-case hexadecimal with colons.
    public var hexadecimal: String {
        guard !bytes.isEmpty else { return "" }
        return String(unsafeUninitializedCapacity: bytes.count * 3 - 1) { out in
            var place = 0
            for byte in bytes {
                if place > 0 {
                    out[place] = UInt8(ascii: ":")
                    place += 1
                }
                out[place] = Self.character(byte >> 4)
                out[place + 1] = Self.character(byte & 15)
                place += 2
            }
            return place
        }
    }

    private static func character(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10
    }

    /// `sha-256 19:E2:1C:…`
    public var text: String { "\(hashFunction) \(hexadecimal)" }
}
