public import RTCCore

/// A user fragment and a password, the pair that authenticates checks (RFC 8445 §5.3).
public struct IceCredentials: Hashable, Sendable {
    /// 4 to 256 characters.
    public let ufrag: String
    /// 22 to 256 characters.
    public let password: String

    public init(ufrag: String, password: String) {
        self.ufrag = ufrag
        self.password = password
    }

    /// Draws 48 bits of user fragment and 144 of password.
    public init(using random: inout SplitMix64) {
        self.init(ufrag: Self.text(8, &random), password: Self.text(24, &random))
    }

    /// Whether sizes and characters are those of RFC 8839 §5.4.
    public var isValid: Bool {
        Self.isText(ufrag, 4...256) && Self.isText(password, 22...256)
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")

    private static func text(_ size: Int, _ random: inout SplitMix64) -> String {
        String((0..<size).map { _ in alphabet[Int(random.next() >> 58)] })
    }

    private static func isText(_ text: String, _ sizes: ClosedRange<Int>) -> Bool {
        sizes.contains(text.utf8.count) && text.utf8.allSatisfy(\.isIceCharacter)
    }
}

extension UInt8 {
    /// Whether this is an `ice-char`: a letter, a digit, `+` or `/` (RFC 8839 §5.1).
    var isIceCharacter: Bool {
        switch self {
        case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x2B, 0x2F: true
        default: false
        }
    }
}
