import SignalingProtocol

/// The fields of a request's body, with errors that name them. An empty body has none.
struct APIBody {
    private let object: JSONObject

    init(_ request: APIRequest) throws(RequestError) {
        guard let body = request.body else {
            throw RequestError(.tooLarge, "a body is text of at most \(HTTPAPI.largestBody) bytes")
        }
        guard !body.isEmpty else {
            object = JSONObject()
            return
        }
        guard let object = (try? JSONParser.parse(body, maximumDepth: 8))?.objectValue else {
            throw RequestError(.badJSON, "the body must be a JSON object")
        }
        self.object = object
    }

    func text(_ key: String, _ bytes: ClosedRange<Int>) throws(RequestError) -> String? {
        guard let value = object[key] else { return nil }
        guard let text = value.stringValue, bytes.contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else {
            throw RequestError(
                .badRequest,
                "'\(key)' must be a text of \(bytes.lowerBound) to \(bytes.upperBound) bytes without control characters")
        }
        return text
    }

    func needed(_ key: String, _ bytes: ClosedRange<Int>) throws(RequestError) -> String {
        guard let text = try text(key, bytes) else { throw RequestError(.badRequest, "'\(key)' is missing") }
        return text
    }

    func flag(_ key: String) throws(RequestError) -> Bool? {
        guard let value = object[key] else { return nil }
        guard let flag = value.boolValue else { throw RequestError(.badRequest, "'\(key)' must be true or false") }
        return flag
    }

    func integer(_ key: String, _ range: ClosedRange<Int64>) throws(RequestError) -> Int64? {
        guard let value = object[key] else { return nil }
        guard let integer = value.integerValue, range.contains(integer) else {
            throw RequestError(.badRequest, "'\(key)' must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    func role(_ key: String) throws(RequestError) -> Role? {
        guard let text = try text(key, 1...16) else { return nil }
        guard let role = Role(rawValue: text) else { throw RequestError(.badRequest, "'\(key)' is not a role") }
        return role
    }
}
