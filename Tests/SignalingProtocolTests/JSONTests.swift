import SignalingProtocol
import Testing

@Suite("JSON, RFC 8259")
struct JSONTests {
    @Test("values come back as they were written, keys sorted")
    func roundTrip() throws {
        let text = #" { "b" : [1, -2, 2.5, 1e3, true, false, null], "a" : {"é": "\u00e9\ud83d\ude00\n\"\\\/"} } "#
        let value = try JSONParser.parse(text)
        #expect(value.text == #"{"a":{"é":"é😀\n\"\\/"},"b":[1,-2,2.5,1000.0,true,false,null]}"#)
        #expect(try JSONParser.parse(value.text) == value)
    }

    @Test(
        "what is not JSON is refused with its place",
        arguments: [
            "", " ", "{", "}", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "01", "+1", "1.", ".5", "1e", "-", "tru", "nul", "\"",
            "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\u{01}\"", "1 2", "{\"a\":1,\"a\":2}",
            "9007199254740992", "-9007199254740992", "99999999999999999999", "1e999", "NaN", "[1 2]", "'a'", "\u{FEFF}1",
        ])
    func refused(text: String) {
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(text) }
    }

    @Test("integers up to 2^53 - 1 are exact")
    func integers() throws {
        #expect(try JSONParser.parse("9007199254740991") == .integer(JSON.largestInteger))
        #expect(try JSONParser.parse("-9007199254740991") == .integer(-JSON.largestInteger))
        #expect(try JSONParser.parse("-0") == .integer(0))
    }

    @Test("depth counts to its limit and no further, however long the text")
    func depth() throws {
        let nested = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(throws: Never.self) { try JSONParser.parse(nested(32)) }
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(nested(33)) }
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(String(repeating: "[{\"a\":", count: 200_000)) }
    }

    @Test("every control character is escaped and comes back")
    func controls() throws {
        let text = String(String.UnicodeScalarView((0..<0x80).compactMap { Unicode.Scalar(UInt32($0)) }))
        let written = JSON.string(text).text
        #expect(written.utf8.allSatisfy { $0 >= 0x20 })
        #expect(try JSONParser.parse(written) == .string(text))
    }

    @Test("members are found, replaced and removed in order")
    func members() {
        var object: JSONObject = ["b": 1, "a": 2]
        object["c"] = 3
        object["b"] = nil
        object["a"] = 4
        #expect(JSON.object(object).text == #"{"a":4,"c":3}"#)
    }
}
