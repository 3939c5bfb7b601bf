package import RTCCore

/// The jitter buffer of a receiver that does not decode: lets frames out as soon as a decoder could take them.
///
/// A key frame leaves at once, and whatever waited before it is dropped. Any other frame leaves when the frame whose packets come
/// directly before its own has left; until then it waits. There is no further delay for smoothness.
package struct VideoPlayout {
    package struct Frame {
        package var sequences: ClosedRange<Int64>
        package var rtpTimestamp: UInt32
        package var isKey: Bool
        package var firstPacketAt: Instant

        package init(sequences: ClosedRange<Int64>, rtpTimestamp: UInt32, isKey: Bool, firstPacketAt: Instant) {
            self.sequences = sequences
            self.rtpTimestamp = rtpTimestamp
            self.isKey = isKey
            self.firstPacketAt = firstPacketAt
        }
    }

    /// Frames that may wait; a longer chain is not decodable any more.
    private static let capacity = 64

    /// By sequence number.
    private var waiting: ContiguousArray<Frame> = []
    private var nextSequence: Int64?
    /// Frames that came whole and can never be decoded.
    package private(set) var dropped: UInt64 = 0

    package init() {}

    /// A frame is whole; `emit` is called with each one that leaves, in order.
    package mutating func insert(_ frame: Frame, emit: (Frame) -> Void) {
        if let nextSequence, frame.sequences.lowerBound < nextSequence {
            dropped += 1
            return
        }
        if frame.isKey {
            while let first = waiting.first, first.sequences.lowerBound < frame.sequences.lowerBound {
                waiting.removeFirst()
                dropped += 1
            }
        } else if frame.sequences.lowerBound != nextSequence {
            wait(frame)
            return
        }
        leave(frame, emit)
        while let first = waiting.first, first.sequences.lowerBound == nextSequence {
            waiting.removeFirst()
            leave(first, emit)
        }
    }

    private mutating func wait(_ frame: Frame) {
        if waiting.capacity == 0 { waiting.reserveCapacity(Self.capacity + 1) }
        let place = waiting.firstIndex { $0.sequences.lowerBound > frame.sequences.lowerBound } ?? waiting.endIndex
        waiting.insert(frame, at: place)
        guard waiting.count > Self.capacity else { return }
        waiting.removeFirst()
        dropped += 1
    }

    private mutating func leave(_ frame: Frame, _ emit: (Frame) -> Void) {
        nextSequence = frame.sequences.upperBound + 1
        emit(frame)
    }

    /// Another source: its numbers have nothing to do with those before.
    package mutating func restart() {
        dropped += UInt64(waiting.count)
        waiting.removeAll(keepingCapacity: true)
        nextSequence = nil
    }
}
