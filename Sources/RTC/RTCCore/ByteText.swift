/// A piece of a protocol's text, cut by bytes: such text is ASCII where it matters, and `\r\n` is one `Character`.
///
/// Pieces share the bytes of the whole, so that cutting copies nothing.
package struct ByteText: Sendable {
    @usableFromInline let bytes: [UInt8]
    @usableFromInline var start: Int
    @usableFromInline var end: Int

    @inlinable
    package init(_ text: some StringProtocol) {
        bytes = Array(text.utf8)
        start = 0
        end = bytes.count
    }

    @inlinable
    init(_ bytes: [UInt8], _ start: Int, _ end: Int) {
        self.bytes = bytes
        self.start = start
        self.end = end
    }

    /// In bytes.
    @inlinable package var count: Int { end - start }
    @inlinable package var isEmpty: Bool { start == end }
    @inlinable package var first: UInt8? { start < end ? bytes[start] : nil }
    @inlinable package var last: UInt8? { start < end ? bytes[end - 1] : nil }

    @inlinable
    package subscript(offset: Int) -> UInt8 {
        precondition(offset >= 0 && offset < count, "a byte of this piece")
        return bytes[start + offset]
    }

    @inlinable
    package func dropFirst(_ count: Int = 1) -> ByteText {
        ByteText(bytes, min(end, start + count), end)
    }

    @inlinable
    package func dropLast(_ count: Int = 1) -> ByteText {
        ByteText(bytes, start, max(start, end - count))
    }

    @inlinable
    package static func == (left: ByteText, right: StaticString) -> Bool {
        left.count == right.utf8CodeUnitCount && left.begins(with: right)
    }

    @inlinable
    package static func ~= (pattern: StaticString, text: ByteText) -> Bool { text == pattern }

    @usableFromInline
    func begins(with prefix: StaticString) -> Bool {
        for offset in 0..<prefix.utf8CodeUnitCount where bytes[start + offset] != prefix.utf8Start[offset] { return false }
        return true
    }

    package func hasPrefix(_ prefix: StaticString) -> Bool {
        count >= prefix.utf8CodeUnitCount && begins(with: prefix)
    }

    @inlinable
    package func contains(_ byte: UInt8) -> Bool {
        for index in start..<end where bytes[index] == byte { return true }
        return false
    }

    @inlinable
    package func allSatisfy(_ isGood: (UInt8) -> Bool) -> Bool {
        for index in start..<end where !isGood(bytes[index]) { return false }
        return true
    }

    /// What is before the first such byte, and what is behind it; `nil` where there is none.
    @inlinable
    package func cut(at separator: UInt8) -> (head: ByteText, rest: ByteText?) {
        for index in start..<end where bytes[index] == separator {
            return (ByteText(bytes, start, index), ByteText(bytes, index + 1, end))
        }
        return (self, nil)
    }

    /// All parts, empty ones too.
    package func split(on separator: UInt8) -> [ByteText] {
        var parts: [ByteText] = []
        var begin = start
        for index in start..<end where bytes[index] == separator {
            parts.append(ByteText(bytes, begin, index))
            begin = index + 1
        }
        parts.append(ByteText(bytes, begin, end))
        return parts
    }

    /// The words between spaces and tabs.
    package var fields: [ByteText] {
        var fields: [ByteText] = []
        var rest = self
        while let field = rest.takeField() { fields.append(field) }
        return fields
    }

    /// Takes the first word away; `nil` where none is left.
    package mutating func takeField() -> ByteText? {
        while start < end, Self.isBlank(bytes[start]) { start += 1 }
        guard start < end else { return nil }
        let begin = start
        while start < end, !Self.isBlank(bytes[start]) { start += 1 }
        return ByteText(bytes, begin, start)
    }

    /// Without spaces and tabs at both ends.
    package var trimmed: ByteText {
        var rest = self
        while rest.start < rest.end, Self.isBlank(bytes[rest.start]) { rest.start += 1 }
        while rest.start < rest.end, Self.isBlank(bytes[rest.end - 1]) { rest.end -= 1 }
        return rest
    }

    @inlinable
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    package var string: String { String(decoding: bytes[start..<end], as: UTF8.self) }

    /// With `A` to `Z` in lower case.
    package var lowercased: String {
        guard bytes[start..<end].contains(where: { (0x41...0x5A).contains($0) }) else { return string }
        return String(decoding: bytes[start..<end].map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    /// The number that decimal digits, and nothing else, stand for; `nil` where it is greater than its type holds.
    @inlinable
    package func decimal<Number: FixedWidthInteger>(_: Number.Type = Number.self) -> Number? {
        guard let number else { return nil }
        return Number(exactly: number)
    }

    @usableFromInline
    var number: UInt64? {
        guard !isEmpty else { return nil }
        var number: UInt64 = 0
        for index in start..<end {
            guard case 0x30...0x39 = bytes[index] else { return nil }
            let (shifted, isTooGreat) = number.multipliedReportingOverflow(by: 10)
            let (sum, isBeyond) = shifted.addingReportingOverflow(UInt64(bytes[index] - 0x30))
            guard !isTooGreat, !isBeyond else { return nil }
            number = sum
        }
        return number
    }
}

extension ByteText: CustomStringConvertible {
    package var description: String { string }
}
