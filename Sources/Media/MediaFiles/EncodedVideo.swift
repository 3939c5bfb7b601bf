/// A video as a file held it: encoded frames and when each is due.
public struct EncodedVideo: Sendable {
    public var codec: VideoCodec
    /// Pixels.
    public var width: Int
    /// Pixels.
    public var height: Int
    /// The unit of the file's timestamps.
    public var timebase: Timebase
    /// What ``EncodedFrame/range`` points into: for a file that was read, the whole file.
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
}
