extension EncodedAudio {
    private static let levelsTag = "STARLING_LEVELS="

    /// The level of each packet in −dBov, 0 (loudest) to 127 (silence) (RFC 6464 §3), which the file carries in a tag of two
    /// hexadecimal digits per packet; `nil` without one, or where it does not fit the packets.
    public var levels: [UInt8]? {
        get {
            guard let tag = comments.first(where: { $0.hasPrefix(Self.levelsTag) }) else { return nil }
            let digits = tag.utf8.dropFirst(Self.levelsTag.utf8.count).map { Character(UnicodeScalar($0)).hexDigitValue }
            guard digits.count == packets.count * 2 else { return nil }
            var levels: [UInt8] = []
            levels.reserveCapacity(packets.count)
            for index in packets.indices {
                guard let high = digits[2 * index], let low = digits[2 * index + 1], high < 8 else { return nil }
                levels.append(UInt8(high * 16 + low))
            }
            return levels
        }
        set {
            comments.removeAll { $0.hasPrefix(Self.levelsTag) }
            guard let newValue else { return }
            let text = newValue.map { ($0 < 16 ? "0" : "") + String(min($0, 127), radix: 16) }.joined()
            comments.append(Self.levelsTag + text)
        }
    }
}
