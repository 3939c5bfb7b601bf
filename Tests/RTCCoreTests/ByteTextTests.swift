import RTCCore
import Testing

@Suite("Text cut by bytes")
struct ByteTextTests {
    @Test("it is cut at the first separator, or not at all")
    func cut() {
        let (head, rest) = ByteText("a:b:c").cut(at: 0x3A)
        #expect(head.string == "a")
        #expect(rest?.string == "b:c")
        #expect(ByteText("abc").cut(at: 0x3A).rest == nil)
        #expect(ByteText("abc:").cut(at: 0x3A).rest?.isEmpty == true)
    }

    @Test("a part of a part knows its own ends")
    func parts() {
        let part = ByteText("xx a=b yy").dropFirst(3).dropLast(3)
        #expect(part.string == "a=b")
        #expect(part.count == 3)
        #expect(part[0] == 0x61)
        #expect(part.first == 0x61)
        #expect(part.last == 0x62)
        #expect(!part.contains(0x78))
        #expect(part == "a=b")
        #expect(!(part == "a=c"))
        #expect(part.hasPrefix("a="))
        #expect(!part.hasPrefix("a=b "))
        #expect(part.dropFirst(9).isEmpty && part.dropLast(9).isEmpty)
    }

    @Test("empty parts count between separators, and not between blanks")
    func splits() {
        #expect(ByteText("/a//b/").split(on: 0x2F).map(\.string) == ["", "a", "", "b", ""])
        #expect(ByteText("").split(on: 0x2F).map(\.string) == [""])
        #expect(ByteText(" \ta  b\t").fields.map(\.string) == ["a", "b"])
        #expect(ByteText(" \t").fields.isEmpty)
        #expect(ByteText(" \ta  b\t").trimmed.string == "a  b")
        #expect(ByteText(" \t").trimmed.isEmpty)
    }

    @Test("text beyond ASCII comes through whole")
    func unicode() {
        #expect(ByteText("ä:ö").cut(at: 0x3A).rest?.string == "ö")
        #expect(ByteText("ÄaB").lowercased == "Äab")
        #expect(ByteText("sha-256").lowercased == "sha-256")
    }

    @Test("numbers are digits alone, and fit their type")
    func numbers() {
        #expect(ByteText("255").decimal(UInt8.self) == 255)
        #expect(ByteText("256").decimal(UInt8.self) == nil)
        #expect(ByteText("007").decimal(UInt16.self) == 7)
        #expect(ByteText("18446744073709551615").decimal(UInt64.self) == .max)
        for text in ["", "+1", "-0", "1 ", "0x1", "1.0", "١", "18446744073709551616", "99999999999999999999"] {
            #expect(ByteText(text).decimal(UInt64.self) == nil)
        }
    }
}
