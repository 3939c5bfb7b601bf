import Operations
import SignalingProtocol
import Testing

@Suite("Lines of the log")
struct LogLineTests {
    @Test("a line is one object of JSON with its time, level and event")
    func line() throws {
        let text = LogLine(.warning, "store_failed", ["error": "disk\n\"full\""]).text(at: 1_767_225_600_042)
        #expect(!text.contains("\n"))
        let object = try JSONParser.parse(text).objectValue
        #expect(object?["ts"] == "2026-01-01T00:00:00.042Z" && object?["level"] == "warning")
        #expect(object?["event"] == "store_failed" && object?["error"] == "disk\n\"full\"")
    }

    @Test(
        "times are those of the calendar",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"), (1_709_251_200_000, "2024-03-01T00:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func dates(_ milliseconds: Int64, _ text: String) throws {
        let line = try JSONParser.parse(LogLine(.info, "x").text(at: milliseconds)).objectValue
        #expect(line?["ts"] == .string(text))
    }

    @Test("levels have an order")
    func levels() {
        #expect(LogLevel.debug < .info && LogLevel.info < .warning && LogLevel.warning < .error)
    }
}
