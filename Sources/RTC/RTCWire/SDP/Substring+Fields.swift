/// Cutting by bytes, for text of a protocol is ASCII where it matters and `\r\n` is one `Character`.
extension Substring {
    /// What is before the first such byte, and what is behind it; `nil` where there is none.
    func cut(at separator: UInt8) -> (head: Substring, rest: Substring?) {
        guard let index = utf8.firstIndex(of: separator) else { return (self, nil) }
        return (self[..<index], self[utf8.index(after: index)...])
    }

    /// All parts, empty ones too.
    func split(on separator: UInt8) -> [Substring] {
        utf8.split(separator: separator, omittingEmptySubsequences: false).map { Substring($0) }
    }

    /// The words between spaces and tabs.
    var fields: [Substring] {
        utf8.split { $0.isBlank }.map { Substring($0) }
    }

    /// Without spaces and tabs at both ends.
    var trimmed: Substring {
        var rest = utf8[...]
        while let byte = rest.first, byte.isBlank { rest = rest.dropFirst() }
        while let byte = rest.last, byte.isBlank { rest = rest.dropLast() }
        return Substring(rest)
    }
}

extension UInt8 {
    fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}
