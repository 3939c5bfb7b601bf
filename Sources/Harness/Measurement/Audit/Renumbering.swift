internal import RTCPeer

/// By how much a server raised a track's sequence numbers (RFC 3550 §5.1), from frame to frame as far as they came whole.
///
/// A server keeps the distance from packet to packet, and so the gaps, until it leaves packets out of its own accord.
struct Renumbering {
    /// From these places on, ascending.
    private var changes: [(place: Int, shift: UInt16)] = []

    mutating func learn(from arrival: ReceivedFrame, of frame: SentFrame, at place: Int) {
        let shift = arrival.firstSequence &- UInt16(truncatingIfNeeded: frame.firstSequence)
        let next = changes.firstIndex { $0.place > place } ?? changes.count
        guard next == 0 || changes[next - 1].shift != shift else { return }
        if next < changes.count, changes[next].shift == shift {
            changes[next].place = place
        } else {
            changes.insert((place, shift), at: next)
        }
    }

    /// As the nearest whole frame before has it, else the first; `nil` where none came.
    func shift(at place: Int) -> UInt16? {
        (changes.last { $0.place <= place } ?? changes.first)?.shift
    }
}
