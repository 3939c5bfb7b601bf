/// What the design has and the program does not yet: the one place from which later work takes a word out.
///
/// A scenario that uses one of these is refused by name, rather than told that it made a typing mistake.
enum Availability {
    static let verbs = ["share"]
    static let protocols = ["whip", "whep", "livekit", "mediasoup"]
    static let urlSchemes = ["http", "https"]
    static let scenarioKeys = ["server", "sample"]
    static let targetKeys = ["ice", "stun", "turn"]
    static let groupKeys = [
        "certificate", "srtp", "role", "record", "profile", "data", "encryption", "duration",
    ]
    static let publishKeys = ["screen", "data"]
    static let audioFormats = ["wav", "webm", "mkv", "mka", "mp4", "m4a", "mp3", "aac", "flac"]
    static let videoFormats = ["webm", "mkv", "mp4", "y4m", "mov"]

    static func message(_ word: String) -> String {
        "'\(word)' is not available yet"
    }
}
