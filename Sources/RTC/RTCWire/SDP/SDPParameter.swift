/// One `key=value` of a format's parameters; without a value where the text has no equals sign, as in `0-16` or `111/111`.
public struct SDPParameter: Hashable, Sendable {
    public var key: String
    public var value: String?

    public init(_ key: String, _ value: String? = nil) {
        self.key = key
        self.value = value
    }

    /// `key=value`, or the key alone.
    public var text: String {
        guard let value else { return key }
        return "\(key)=\(value)"
    }

    /// Reads `a=1;b=2`; spaces around, and empty entries, do not count.
    static func parse(_ text: Substring) -> [SDPParameter] {
        text.split(on: UInt8(ascii: ";")).compactMap { entry in
            let entry = entry.trimmed
            guard !entry.isEmpty else { return nil }
            let (key, value) = entry.cut(at: UInt8(ascii: "="))
            return SDPParameter(String(key), value.map(String.init))
        }
    }
}
