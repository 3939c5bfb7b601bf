import RTCCore

/// One thing that happens in a coherence run. Its numbers are read modulo what there is, so that a list of steps can be cut anywhere and
/// still be replayed.
struct CoherenceStep: CustomStringConvertible {
    enum Kind: Int, CaseIterable {
        case add, connect, breakUnnoticed, breakNoticed, leave, join, die, stall, read, overflow
        case signal, chat, whisper, react, hand, media, level, rename
        case kick, ban, mute, askUnmute, role, lock, admit, deny, end
        case wait
    }

    /// How often each comes, of 100.
    private static let weights: [(Kind, Int)] = [
        (.add, 5), (.connect, 10), (.breakUnnoticed, 3), (.breakNoticed, 5), (.leave, 1), (.join, 4), (.die, 1), (.stall, 2),
        (.read, 3),
        (.overflow, 1), (.signal, 17), (.chat, 12), (.whisper, 2), (.react, 2), (.hand, 2), (.media, 3), (.level, 3),
        (.rename, 1),
        (.kick, 2), (.ban, 1), (.mute, 3), (.askUnmute, 1), (.role, 2), (.lock, 1), (.admit, 5), (.deny, 1), (.end, 1),
        (.wait, 6),
    ]

    let kind: Kind
    let who: Int
    let what: Int
    let milliseconds: Int64

    init(random: inout SplitMix64) {
        var left = Int(random.next() % UInt64(Self.weights.reduce(0) { $0 + $1.1 }))
        var kind = Kind.wait
        for (candidate, weight) in Self.weights {
            if left < weight {
                kind = candidate
                break
            }
            left -= weight
        }
        self.kind = kind
        who = Int(random.next() % 1000)
        what = Int(random.next() % 1000)
        let isLong = random.next() % 5 == 0
        milliseconds = Int64(random.next() % (isLong ? 4000 : 250))
    }

    var description: String { "\(kind)(\(who), \(what)) +\(milliseconds)ms" }
}
