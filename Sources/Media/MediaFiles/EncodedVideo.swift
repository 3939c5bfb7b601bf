/// A video as a file held it: encoded frames and when each is due.
public struct EncodedVideo: Sendable {
    public var codec: VideoCodec
    /// Pixels.
    public var width: Int
    /// Pixels.
    public var height: Int
    /// The unit of the file's timestamps.
    public var timebase: Timebase
    /// What SDP says of the stream besides its codec, as an `fmtp` line has it, such as `profile-id=0`; empty for VP8.
    public var formatParameters = ""
    /// What ``EncodedFrame/range`` points into: for a file whose frames are sent as they are, the whole file.
    public private(set) var bytes: [UInt8]
    public private(set) var frames: [EncodedFrame]
    /// What spoils a call without being wrong, such as key frames that are too far apart.
    public internal(set) var warnings: [String] = []

    public init(codec: VideoCodec, width: Int, height: Int, timebase: Timebase) {
        self.init(codec: codec, width: width, height: height, timebase: timebase, bytes: [], frames: [])
    }

    init(codec: VideoCodec, width: Int, height: Int, timebase: Timebase, bytes: [UInt8], frames: [EncodedFrame]) {
        self.codec = codec
        self.width = width
        self.height = height
        self.timebase = timebase
        self.bytes = bytes
        self.frames = frames
    }

    /// Adds a frame that is due `presentationTime` nanoseconds after the first.
    public mutating func append(_ payload: some Collection<UInt8>, at presentationTime: UInt64, isKey: Bool) {
        precondition(presentationTime > frames.last?.presentationTime ?? 0 || frames.isEmpty, "frames come in order")
        let start = bytes.count
        bytes.append(contentsOf: payload)
        frames.append(EncodedFrame(range: start..<bytes.count, presentationTime: presentationTime, isKey: isKey))
    }

    /// Adds a frame that RTP sends in several parts.
    mutating func append(parts: [ArraySlice<UInt8>], at presentationTime: UInt64, isKey: Bool, fileOffset: Int) {
        let start = bytes.count
        var ranges: [Range<Int>] = []
        for part in parts {
            ranges.append(bytes.count..<(bytes.count + part.count))
            bytes.append(contentsOf: part)
        }
        frames.append(
            EncodedFrame(
                range: start..<bytes.count, presentationTime: presentationTime, isKey: isKey, parts: ranges,
                fileOffset: fileOffset))
    }

    /// The payload of one frame.
    public func payload(_ index: Int) -> ArraySlice<UInt8> {
        bytes[frames[index].range]
    }

    /// Nanoseconds until the first frame is due again: the last frame is shown as long as most others.
    public var duration: UInt64 {
        guard let last = frames.last, let end = timebase.units(last.presentationTime) else { return 0 }
        let times = frames.map { timebase.units($0.presentationTime) ?? 0 }
        let gaps = zip(times.dropFirst(), times).map { $0 - $1 }.sorted()
        let usual = gaps.isEmpty ? 1 : max(1, gaps[gaps.count / 2])
        return timebase.nanoseconds(end + usual) ?? 0
    }

    /// The longest time from a key frame to the next, over the seam of a loop too, in nanoseconds.
    public var longestKeyFrameInterval: UInt64 {
        var longest: UInt64 = 0
        var last: UInt64 = 0
        for frame in frames where frame.isKey {
            longest = max(longest, frame.presentationTime - last)
            last = frame.presentationTime
        }
        let end = duration
        return max(longest, end > last ? end - last : 0)
    }

    /// Someone who joins waits for a key frame no longer than this, in nanoseconds.
    private static let usualKeyFrameInterval: UInt64 = 10_000_000_000
    /// A picture that stands longer than this is a freeze in the file itself, in nanoseconds.
    private static let usualGap: UInt64 = 500_000_000

    /// What spoils a call without being wrong.
    func timingWarnings(name: String) -> [String] {
        var warnings: [String] = []
        let interval = longestKeyFrameInterval
        if interval > Self.usualKeyFrameInterval {
            warnings.append(
                "\(name): key frames are up to \(Double(interval) / 1e9) s apart, so whoever joins waits that long for a picture;"
                    + " encode it with a key frame each second (ffmpeg: -g 30)")
        }
        let gaps = zip(frames.dropFirst(), frames).map { $0.presentationTime - $1.presentationTime }
        if let place = gaps.indices.max(by: { gaps[$0] < gaps[$1] }), gaps[place] > Self.usualGap {
            warnings.append(
                "\(name): frames \(place) and \(place + 1) are \(Double(gaps[place]) / 1e9) s apart, which every receiver counts as a"
                    + " freeze; encode it at a steady rate (ffmpeg: -vsync cfr)")
        }
        return warnings
    }
}
