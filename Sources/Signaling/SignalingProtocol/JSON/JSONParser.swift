/// Reads one JSON value, strictly (RFC 8259): no second value of a key, no lone surrogate, no integer that a double cannot hold.
///
/// It counts the depth before it descends, so that its own stack is bounded whatever the input.
public struct JSONParser {
    /// Why a text is not acceptable JSON, and at which byte.
    public struct Failure: Error, Hashable, Sendable {
        public let offset: Int
        public let reason: String
    }

    /// Which member stays text: its key, and how many objects enclose it.
    struct Unread {
        let key: String
        let depth: Int
    }

    private let input: UnsafeBufferPointer<UInt8>
    private let maximumDepth: Int
    private let unread: Unread?
    private var position = 0

    private init(input: UnsafeBufferPointer<UInt8>, maximumDepth: Int, unread: Unread?) {
        self.input = input
        self.maximumDepth = maximumDepth
        self.unread = unread
    }

    /// - Parameter maximumDepth: How many arrays and objects may enclose each other.
    public static func parse(_ text: String, maximumDepth: Int = 32) throws(Failure) -> JSON {
        try parse(text, maximumDepth: maximumDepth, unread: nil)
    }

    static func parse(_ text: String, maximumDepth: Int, unread: Unread?) throws(Failure) -> JSON {
        var text = text
        let outcome = text.withUTF8 { utf8 -> Result<JSON, Failure> in
            var parser = JSONParser(input: utf8, maximumDepth: maximumDepth, unread: unread)
            do throws(Failure) {
                return .success(try parser.document())
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    private mutating func document() throws(Failure) -> JSON {
        skipSpace()
        let value = try value(depth: 0)
        skipSpace()
        guard position == input.count else { throw failure("text after the value") }
        return value
    }

    private func failure(_ reason: String) -> Failure {
        Failure(offset: position, reason: reason)
    }

    private var next: UInt8? {
        position < input.count ? input[position] : nil
    }

    private mutating func skipSpace() {
        while position < input.count {
            switch input[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8, else reason: String) throws(Failure) {
        guard next == byte else { throw failure(reason) }
        position += 1
    }

    private mutating func value(depth: Int) throws(Failure) -> JSON {
        switch next {
        case 0x7B: return try object(depth: depth + 1)
        case 0x5B: return try array(depth: depth + 1)
        case 0x22: return .string(try string())
        case 0x74: return try literal("true", .bool(true))
        case 0x66: return try literal("false", .bool(false))
        case 0x6E: return try literal("null", .null)
        case .some(0x2D), .some(0x30...0x39): return try number()
        default: throw failure("a value was expected")
        }
    }

    private mutating func object(depth: Int) throws(Failure) -> JSON {
        guard depth <= maximumDepth else { throw failure("nested deeper than \(maximumDepth)") }
        let start = position
        position += 1
        var members: [JSONObject.Member] = []
        skipSpace()
        if next == 0x7D {
            position += 1
            return .object(JSONObject())
        }
        while true {
            skipSpace()
            guard next == 0x22 else { throw failure("a key was expected") }
            let key = try string()
            skipSpace()
            try take(0x3A, else: "':' was expected")
            skipSpace()
            let valueStart = position
            let value = try value(depth: depth)
            if let unread, unread.depth == depth, unread.key == key {
                let text = String(decoding: UnsafeBufferPointer(rebasing: input[valueStart..<position]), as: UTF8.self)
                members.append(.init(key: key, value: .raw(text)))
            } else {
                members.append(.init(key: key, value: value))
            }
            skipSpace()
            if next == 0x2C {
                position += 1
                continue
            }
            try take(0x7D, else: "',' or '}' was expected")
            break
        }
        guard let object = JSONObject(unsorted: members) else {
            throw Failure(offset: start, reason: "an object has a key twice")
        }
        return .object(object)
    }

    private mutating func array(depth: Int) throws(Failure) -> JSON {
        guard depth <= maximumDepth else { throw failure("nested deeper than \(maximumDepth)") }
        position += 1
        var values: [JSON] = []
        skipSpace()
        if next == 0x5D {
            position += 1
            return .array(values)
        }
        while true {
            skipSpace()
            values.append(try value(depth: depth))
            skipSpace()
            if next == 0x2C {
                position += 1
                continue
            }
            try take(0x5D, else: "',' or ']' was expected")
            return .array(values)
        }
    }

    private mutating func literal(_ text: StaticString, _ value: JSON) throws(Failure) -> JSON {
        let expected = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard input.count - position >= expected.count,
            UnsafeBufferPointer(rebasing: input[position..<position + expected.count]).elementsEqual(expected)
        else { throw failure("a value was expected") }
        position += expected.count
        return value
    }

    private mutating func digits() throws(Failure) {
        guard let first = next, (0x30...0x39).contains(first) else { throw failure("a digit was expected") }
        while let digit = next, (0x30...0x39).contains(digit) { position += 1 }
    }

    private mutating func number() throws(Failure) -> JSON {
        let start = position
        if next == 0x2D { position += 1 }
        if next == 0x30 {
            position += 1
        } else {
            try digits()
        }
        var isInteger = true
        if next == 0x2E {
            isInteger = false
            position += 1
            try digits()
        }
        if next == 0x65 || next == 0x45 {
            isInteger = false
            position += 1
            if next == 0x2B || next == 0x2D { position += 1 }
            try digits()
        }
        let tooLarge = Failure(offset: start, reason: "a number is too large")
        if isInteger, position - start <= 17 {
            var magnitude: Int64 = 0
            let isNegative = input[start] == 0x2D
            for index in (isNegative ? start + 1 : start)..<position {
                magnitude = magnitude * 10 + Int64(input[index] - 0x30)
            }
            guard magnitude <= JSON.largestInteger else { throw tooLarge }
            return .integer(isNegative ? -magnitude : magnitude)
        }
        guard !isInteger, position - start <= 64 else { throw tooLarge }
        let text = String(decoding: UnsafeBufferPointer(rebasing: input[start..<position]), as: UTF8.self)
        guard let value = Double(text), value.isFinite else { throw tooLarge }
        return .number(value)
    }

    private mutating func string() throws(Failure) -> String {
        position += 1
        let start = position
        while let byte = next {
            if byte == 0x22 {
                let text = String(decoding: UnsafeBufferPointer(rebasing: input[start..<position]), as: UTF8.self)
                position += 1
                return text
            }
            if byte == 0x5C { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw failure("a control character in a string") }
            position += 1
        }
        throw failure("a string has no end")
    }

    private mutating func escapedString(from start: Int) throws(Failure) -> String {
        var bytes = Array(input[start..<position])
        while let byte = next {
            switch byte {
            case 0x22:
                position += 1
                return String(decoding: bytes, as: UTF8.self)
            case 0x5C:
                position += 1
                try escape(into: &bytes)
            case 0..<0x20:
                throw failure("a control character in a string")
            default:
                let run = position
                while let byte = next, byte >= 0x20, byte != 0x22, byte != 0x5C { position += 1 }
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: input[run..<position]))
            }
        }
        throw failure("a string has no end")
    }

    private mutating func escape(into bytes: inout [UInt8]) throws(Failure) {
        guard let byte = next else { throw failure("a string has no end") }
        position += 1
        switch byte {
        case 0x22, 0x5C, 0x2F: bytes.append(byte)
        case 0x62: bytes.append(0x08)
        case 0x66: bytes.append(0x0C)
        case 0x6E: bytes.append(0x0A)
        case 0x72: bytes.append(0x0D)
        case 0x74: bytes.append(0x09)
        case 0x75:
            var code = UInt32(try codeUnit())
            if code >> 10 == 0xD800 >> 10 {
                try take(0x5C, else: "half a surrogate pair")
                try take(0x75, else: "half a surrogate pair")
                let low = UInt32(try codeUnit())
                guard low >> 10 == 0xDC00 >> 10 else { throw failure("half a surrogate pair") }
                code = 0x10000 + ((code & 0x3FF) << 10 | low & 0x3FF)
            }
            guard let scalar = Unicode.Scalar(code) else { throw failure("half a surrogate pair") }
            bytes.append(contentsOf: Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter))
        default: throw failure("an escape that JSON does not have")
        }
    }

    private mutating func codeUnit() throws(Failure) -> UInt16 {
        guard input.count - position >= 4 else { throw failure("four hexadecimal digits were expected") }
        var code: UInt16 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch input[position] {
            case let byte where (0x30...0x39).contains(byte): digit = byte - 0x30
            case let byte where (0x41...0x46).contains(byte): digit = byte - 0x37
            case let byte where (0x61...0x66).contains(byte): digit = byte - 0x57
            default: throw failure("four hexadecimal digits were expected")
            }
            code = code << 4 | UInt16(digit)
            position += 1
        }
        return code
    }
}
