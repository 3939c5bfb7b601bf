import AccessCore
import Testing

@Suite("Scopes of tokens")
struct RoomScopeTests {
    @Test(
        "a pattern means what its stars and question marks say, and a name only itself",
        arguments: [
            ("*", "", true), ("*", "any thing", true), ("a*", "a", true), ("a*", "ba", false), ("*-x", "r-x", true),
            ("*-x", "r-xy", false), ("a*b*c", "a1b2c", true), ("a*b*c", "a1c2b", false), ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a?c", "aöc", true), ("", "", true), ("", "a", false), ("a**b", "ab", true),
        ])
    func patterns(pattern: String, name: String, isIn: Bool) {
        #expect(RoomScope.some([.init(pattern, isGlob: true)]).contains(name) == isIn)
        #expect(RoomScope.some([.init(pattern)]).contains(name) == (pattern == name))
    }

    @Test("nobody pays for a pattern with a hundred stars")
    func stars() {
        let pattern = RoomScope.Pattern(String(repeating: "*a", count: 64), isGlob: true)
        #expect(!RoomScope.some([pattern]).contains(String(repeating: "a", count: 127) + "b"))
    }

    @Test("no pattern is for no room")
    func none() {
        #expect(!RoomScope.some([]).contains("r") && RoomScope.all.contains("r"))
    }
}
