internal import CStarlingOpenSSL

/// The hash of a certificate as `a=fingerprint` carries it (RFC 8122 §5).
public struct CertificateFingerprint: Hashable, Sendable {
    /// The hash function's name in lower case: `sha-256`, `sha-384`, `sha-512` can be verified.
    public let algorithm: String
    public let bytes: [UInt8]

    public init(algorithm: String, bytes: [UInt8]) {
        self.algorithm = algorithm.lowercased()
        self.bytes = bytes
    }

    /// The SHA-256 of a certificate in DER.
    public init(ofCertificate der: [UInt8]) {
        var digest = [UInt8](repeating: 0, count: 32)
        starling_sha256(der, der.count, &digest)
        self.init(algorithm: "sha-256", bytes: digest)
    }

    /// - Parameter text: Pairs of hexadecimal digits of either case, separated by colons; `nil` for anything else.
    public init?(algorithm: String, text: String) {
        let characters = Array(text.utf8)
        guard !algorithm.isEmpty, !characters.isEmpty, characters.count % 3 == 2 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity((characters.count + 1) / 3)
        for start in stride(from: 0, to: characters.count, by: 3) {
            guard let high = Self.digit(characters[start]), let low = Self.digit(characters[start + 1]),
                start + 2 == characters.count || characters[start + 2] == UInt8(ascii: ":")
            else { return nil }
            bytes.append(high << 4 | low)
        }
        self.init(algorithm: algorithm, bytes: bytes)
    }

    /// Upper-case pairs of digits, separated by colons.
    public var text: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var characters: [UInt8] = []
        characters.reserveCapacity(bytes.count * 3)
        for (position, byte) in bytes.enumerated() {
            if position > 0 { characters.append(UInt8(ascii: ":")) }
            characters.append(digits[Int(byte >> 4)])
            characters.append(digits[Int(byte & 15)])
        }
        return String(decoding: characters, as: UTF8.self)
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension CertificateFingerprint: CustomStringConvertible {
    /// As in SDP: `sha-256 AB:CD:…`.
    public var description: String { "\(algorithm) \(text)" }
}
