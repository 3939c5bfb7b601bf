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
        let fields = text[...].fields
        guard fields.count == 2 else { return nil }
        self.init(hashFunction: fields[0].lowercased(), bytes: [])
        for pair in fields[1].utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false) {
            let digits = Substring(pair).compactMap(\.hexDigitValue)
            guard pair.count == 2, digits.count == 2 else { return nil }
            bytes.append(UInt8(digits[0] << 4 | digits[1]))
        }
    }

    /// Upper-case hexadecimal with colons.
    public var hexadecimal: String {
        bytes.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return byte < 16 ? "0" + digits : digits
        }.joined(separator: ":")
    }

    /// `sha-256 19:E2:1C:…`
    public var text: String { "\(hashFunction) \(hexadecimal)" }
}
