import RTCCore
import RTCWire
import Testing

/// Breaks valid input in seeded ways: bit flips, truncations, extensions, splices.
struct Mutator {
    var random: SplitMix64
    let corpus: [[UInt8]]

    init(seed: UInt64, corpus: [[UInt8]]) {
        self.random = SplitMix64(seed: seed)
        self.corpus = corpus
    }

    mutating func next() -> [UInt8] {
        var bytes = corpus[Int.random(in: 0..<corpus.count, using: &random)]
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            switch Int.random(in: 0..<5, using: &random) {
            case 0, 1:
                guard !bytes.isEmpty else { continue }
                bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2:
                bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
            case 3:
                for _ in 0..<Int.random(in: 1...40, using: &random) { bytes.append(UInt8.random(in: 0...255, using: &random)) }
            default:
                let other = corpus[Int.random(in: 0..<corpus.count, using: &random)]
                let from = Int.random(in: 0...other.count, using: &random)
                let to = Int.random(in: from...other.count, using: &random)
                let at = Int.random(in: 0...bytes.count, using: &random)
                bytes.replaceSubrange(at..<min(bytes.count, at + (to - from)), with: other[from..<to])
            }
        }
        return bytes
    }
}

/// What `body` writes into a slab of `capacity` bytes.
func written(capacity: Int = 2000, _ body: (UnsafeMutableRawBufferPointer) -> Int) -> [UInt8] {
    let slab = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 8)
    defer { slab.deallocate() }
    slab.initializeMemory(as: UInt8.self, repeating: 0xEE)
    let size = body(slab)
    return Array(slab[..<size])
}

func rtpHeader(_ bytes: [UInt8]) throws -> RTPHeader {
    try RTPHeader.parse(bytes.span.bytes)
}

func extensionValues(_ bytes: [UInt8], _ map: RTPExtensionMap) throws -> RTPExtensionValues {
    RTPExtensionValues.parse(bytes.span.bytes, header: try rtpHeader(bytes), map: map)
}

func rtcpPackets(_ bytes: [UInt8]) -> (packets: [RTCPPacket], malformed: Int) {
    var packets: [RTCPPacket] = []
    let malformed = RTCPCompound.parse(bytes.span.bytes) { packets.append($0) }
    return (packets, malformed)
}

/// The compound of packets; traps where they say a size that does not suffice.
func rtcpBytes(_ packets: [RTCPPacket]) -> [UInt8] {
    written(capacity: packets.reduce(0) { $0 + $1.encodedSize }) { slab in
        var writer = ByteWriter(slab)
        for packet in packets { packet.write(into: &writer) }
        precondition(!writer.overflowed)
        return writer.count
    }
}
