public import RTCCore

/// Damages bytes in seeded ways: flips, cuts, growth, and parts of two messages put together.
public struct Mutator {
    public var random: SplitMix64

    /// - Parameter seed: The same seed and corpora give the same damage.
    public init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    /// A number from 0 to one below the bound.
    public mutating func below(_ bound: Int) -> Int {
        Int(random.next() % UInt64(max(bound, 1)))
    }

    /// One message of the corpus with one to four damages.
    public mutating func mutate(_ corpus: [[UInt8]]) -> [UInt8] {
        var bytes = corpus[below(corpus.count)]
        for _ in 0...below(3) {
            switch below(5) {
            case 0 where !bytes.isEmpty: bytes[below(bytes.count)] ^= 1 << UInt8(below(8))
            case 1 where !bytes.isEmpty: bytes[below(bytes.count)] = UInt8(below(256))
            case 2: bytes.removeLast(below(bytes.count + 1))
            case 3: bytes += (0..<below(24)).map { _ in UInt8(below(256)) }
            default:
                let other = corpus[below(corpus.count)]
                bytes = Array(bytes[..<below(bytes.count + 1)]) + other[below(other.count + 1)...]
            }
        }
        return bytes
    }
}
