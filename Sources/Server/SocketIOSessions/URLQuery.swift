/// The query of a request's target: keys and values behind the `?`, percent-decoded (RFC 3986 §3.4).
public struct URLQuery: Hashable, Sendable {
    private var items: [(key: String, value: String)] = []

    /// - Parameter target: As in the request line.
    public init(target: String) {
        let target = target.utf8.prefix { $0 != UInt8(ascii: "#") }
        guard let mark = target.firstIndex(of: UInt8(ascii: "?")) else { return }
        for part in target[target.index(after: mark)...].split(separator: UInt8(ascii: "&")).prefix(64) {
            let name = part.prefix { $0 != UInt8(ascii: "=") }
            items.append((Self.decoded(name), Self.decoded(part.dropFirst(name.count + 1))))
        }
    }

    /// The first value of a key.
    public subscript(key: String) -> String? {
        items.first { $0.key == key }?.value
    }

    /// A part of a path without its percent signs; a plus stands for itself there.
    public static func decoded(_ part: String) -> String {
        decoded(part[...].utf8, plus: UInt8(ascii: "+"))
    }

    private static func decoded(_ text: Substring.UTF8View, plus: UInt8 = UInt8(ascii: " ")) -> String {
        let source = Array(text)
        var bytes: [UInt8] = []
        var index = 0
        while index < source.count {
            if source[index] == UInt8(ascii: "%"), index + 2 < source.count, let high = digit(source[index + 1]),
                let low = digit(source[index + 2])
            {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(source[index] == UInt8(ascii: "+") ? plus : source[index])
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    public static func == (first: URLQuery, second: URLQuery) -> Bool {
        first.items.elementsEqual(second.items, by: ==)
    }

    public func hash(into hasher: inout Hasher) {
        for item in items {
            hasher.combine(item.key)
            hasher.combine(item.value)
        }
    }
}
