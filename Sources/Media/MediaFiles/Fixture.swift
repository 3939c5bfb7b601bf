/// One of the media files that `starling fixtures` makes: what it is called and what is in it.
///
/// Every kind of video comes in three sizes that show the same pictures under the same numbers, as the layers of a simulcast do; the
/// talking head in a fourth, so that three small ones can be kept.
public struct Fixture: Hashable, Sendable {
    /// What is to be seen or heard.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case talkingHead = "talking-head"
        case highMotion = "high-motion"
        case screen
        case speech, music, tone, silence
        /// The speech with longer pauses, in which nothing is sent, and each packet repeated by the next.
        case thriftySpeech = "speech-dtx-fec"

        public var isVideo: Bool {
            switch self {
            case .talkingHead, .highMotion, .screen: true
            case .speech, .music, .tone, .silence, .thriftySpeech: false
            }
        }
    }

    /// How many rows a video has, at 16:9.
    public enum Size: String, Hashable, Sendable, CaseIterable {
        case lowest = "90p"
        case low = "180p"
        case middle = "360p"
        case high = "720p"

        /// Pixels.
        public var width: Int { height * 16 / 9 }

        /// Pixels.
        public var height: Int {
            switch self {
            case .lowest: 90
            case .low: 180
            case .middle: 360
            case .high: 720
            }
        }
    }

    public let kind: Kind
    /// `nil` for sound.
    public let size: Size?

    /// The length of every loop.
    public static let seconds = 10

    /// All there are, in the order of ``Kind`` and ``Size``.
    public static let all: [Fixture] = Kind.allCases.flatMap { kind in
        guard kind.isVideo else { return [Fixture(kind: kind, size: nil)] }
        return Size.allCases.filter { $0 != .lowest || kind == .talkingHead }.map { Fixture(kind: kind, size: $0) }
    }

    private init(kind: Kind, size: Size?) {
        self.kind = kind
        self.size = size
    }

    /// The fixture whose ``fileName`` this path ends in; `nil` where there is none.
    public init?(path: String) {
        let name = path.split(separator: "/").last ?? ""
        guard let fixture = Self.all.first(where: { $0.fileName == name }) else { return nil }
        self = fixture
    }

    /// Such as `screen-720p.ivf`; the talking head of 360 rows is the usual one and has the short name.
    public var fileName: String {
        guard let size else { return "\(kind.rawValue).ogg" }
        return kind == .talkingHead && size == .middle ? "\(kind.rawValue).ivf" : "\(kind.rawValue)-\(size.rawValue).ivf"
    }

    /// Whether it is kept beside the code; the others are made on demand.
    public var isKept: Bool {
        switch (kind, size) {
        case (.talkingHead, .lowest), (.talkingHead, .low), (.talkingHead, .middle), (.highMotion, .low), (.screen, .middle),
            (_, nil):
            true
        default: false
        }
    }

    /// Bits per second that its encoder is set to.
    public var bitrate: Int {
        switch (kind, size) {
        case (.talkingHead, .lowest): 60_000
        case (.talkingHead, .low): 150_000
        case (.talkingHead, .high): 1_500_000
        case (.talkingHead, _): 500_000
        case (.highMotion, .low): 300_000
        case (.highMotion, .high): 2_500_000
        case (.highMotion, _): 1_000_000
        case (.screen, .low): 150_000
        case (.screen, .high): 1_200_000
        case (.screen, _): 400_000
        case (.music, _): 96_000
        case (.speech, _), (.tone, _): 32_000
        case (.silence, _), (.thriftySpeech, _): 24_000
        }
    }

    /// Pictures or packets per second.
    ///
    /// A picture must begin at each half second, where the flash is: an even rate, so a shared screen has 10 and not 15.
    public var framesPerSecond: Int {
        switch kind {
        case .talkingHead, .highMotion: 30
        case .screen: 10
        case .speech, .music, .tone, .silence, .thriftySpeech: 50
        }
    }

    /// Pictures or packets in the loop.
    public var frameCount: Int { framesPerSecond * Self.seconds }

    /// Zero for a video.
    public var channels: Int {
        switch kind {
        case .talkingHead, .highMotion, .screen: 0
        case .music: 2
        case .speech, .tone, .silence, .thriftySpeech: 1
        }
    }

    /// The command that makes it alone.
    public func command(folder: String) -> String {
        var words = ["starling fixtures --kind \(kind.rawValue)"]
        if let size { words.append("--size \(size.rawValue)") }
        words.append("--out \(folder)")
        return words.joined(separator: " ")
    }
}
