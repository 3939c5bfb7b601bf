internal import RTCCore

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
    static func parse(_ text: ByteText) -> [SDPParameter] {
        var parameters: [SDPParameter] = []
        var rest: ByteText? = text
        while let remaining = rest {
            let (entry, next) = remaining.cut(at: UInt8(ascii: ";"))
            rest = next
            let (key, value) = entry.trimmed.cut(at: UInt8(ascii: "="))
            if value != nil || !key.isEmpty { parameters.append(SDPParameter(key.string, value?.string)) }
        }
        return parameters
    }
}
