/// Takes the fields of a request's `d`, with errors that name the field.
struct FieldReader {
    private let object: JSONObject?
    let id: Int64

    init(_ value: JSON, id: Int64) {
        object = value.objectValue
        self.id = id
    }

    func failure(_ message: String) -> FrameError {
        FrameError(code: .badRequest, requestID: id, message: message)
    }

    func checkIsObject() throws(FrameError) {
        guard object != nil else { throw failure("'d' must be an object") }
    }

    private func field(_ key: String) -> JSON? {
        guard let value = object?[key], value != .null else { return nil }
        return value
    }

    func text(_ key: String, bytes: ClosedRange<Int>) throws(FrameError) -> String {
        guard let text = try optionalText(key, bytes: bytes) else { throw failure("'\(key)' is missing") }
        return text
    }

    func optionalText(_ key: String, bytes: ClosedRange<Int>) throws(FrameError) -> String? {
        guard let value = field(key) else { return nil }
        guard let text = value.stringValue, bytes.contains(text.utf8.count) else {
            throw failure("'\(key)' must be a string of \(bytes.lowerBound) to \(bytes.upperBound) bytes")
        }
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw failure("'\(key)' must not have control characters")
        }
        return text
    }

    /// Text in which people may begin a new line.
    func prose(_ key: String, bytes: ClosedRange<Int>) throws(FrameError) -> String {
        guard let value = field(key) else { throw failure("'\(key)' is missing") }
        guard let text = value.stringValue, bytes.contains(text.utf8.count) else {
            throw failure("'\(key)' must be a string of \(bytes.lowerBound) to \(bytes.upperBound) bytes")
        }
        guard text.utf8.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x0A || $0 == 0x09 }) else {
            throw failure("'\(key)' must not have control characters but tab and line feed")
        }
        return text
    }

    func optionalBool(_ key: String) throws(FrameError) -> Bool? {
        guard let value = field(key) else { return nil }
        guard let flag = value.boolValue else { throw failure("'\(key)' must be true or false") }
        return flag
    }

    func optionalNumber(_ key: String, in range: ClosedRange<Double>) throws(FrameError) -> Double? {
        guard let value = field(key) else { return nil }
        guard let number = value.numberValue, range.contains(number) else {
            throw failure("'\(key)' must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// - Parameter bytes: How long it may be as JSON.
    func optionalObject(_ key: String, bytes: Int) throws(FrameError) -> JSONObject? {
        guard let value = field(key) else { return nil }
        guard let object = value.objectValue, value.text.utf8.count <= bytes else {
            throw failure("'\(key)' must be an object of at most \(bytes) bytes")
        }
        return object
    }

    func optionalStrings(_ key: String) throws(FrameError) -> [String]? {
        guard field(key) != nil else { return nil }
        return try strings(key)
    }

    func optionalInteger(_ key: String, in range: ClosedRange<Int64>) throws(FrameError) -> Int64? {
        guard let value = field(key) else { return nil }
        guard let integer = value.integerValue, range.contains(integer) else {
            throw failure("'\(key)' must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    func choice<Choice: RawRepresentable>(_ key: String, _ type: Choice.Type) throws(FrameError) -> Choice?
    where Choice.RawValue == String {
        guard let value = field(key) else { return nil }
        guard let text = value.stringValue, let choice = Choice(rawValue: text) else {
            throw failure("'\(key)' has a value that is not known")
        }
        return choice
    }

    func body(_ key: String) throws(FrameError) -> String {
        guard case .raw(let text)? = object?[key] else { return "{}" }
        guard text.utf8.first == UInt8(ascii: "{") else { throw failure("'\(key)' must be an object") }
        return text
    }

    func strings(_ key: String) throws(FrameError) -> [String] {
        guard let value = field(key) else { return [] }
        guard let entries = value.arrayValue else { throw failure("'\(key)' must be an array of strings") }
        var strings: [String] = []
        for entry in entries {
            guard let text = entry.stringValue else { throw failure("'\(key)' must be an array of strings") }
            strings.append(text)
        }
        return strings
    }

    func values(_ key: String) throws(FrameError) -> [JSON]? {
        guard let value = field(key) else { return nil }
        guard let values = value.arrayValue else { throw failure("'\(key)' must be an array") }
        return values
    }

    func nested(_ key: String) -> FieldReader? {
        guard let value = field(key), value.objectValue != nil else { return nil }
        return FieldReader(value, id: id)
    }
}
