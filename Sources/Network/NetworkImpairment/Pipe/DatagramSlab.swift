/// Fixed slots for datagrams that are under way: it grows in small chunks up to a limit and never shrinks.
public struct DatagramSlab: ~Copyable {
    /// The longest datagram a slot holds, in bytes.
    public static let slotSize = 1536
    @usableFromInline static let chunkShift = 3
    @usableFromInline static let slotsPerChunk = 1 << chunkShift

    /// How many slots there may be; rounded up to a whole chunk.
    public let limit: Int
    @usableFromInline var chunks: [UnsafeMutableRawPointer] = []
    @usableFromInline var free: [Int32] = []

    public init(limit: Int) {
        precondition(limit > 0 && limit <= 1 << 24, "a slab holds between one and 16 million datagrams")
        self.limit = limit
    }

    deinit {
        for chunk in chunks { chunk.deallocate() }
    }

    /// Slots that exist, taken or not.
    @inlinable
    public var capacity: Int { chunks.count << Self.chunkShift }

    /// Slots that are taken.
    @inlinable
    public var count: Int { capacity - free.count }

    /// Takes a slot; `nil` where the limit is reached.
    @inlinable
    public mutating func take() -> Int? {
        if let slot = free.popLast() { return Int(slot) }
        return grow()
    }

    @inlinable
    public mutating func giveBack(_ slot: Int) {
        free.append(Int32(truncatingIfNeeded: slot))
    }

    /// The whole of a slot's memory, valid while the slab lives.
    @inlinable
    public func bytes(of slot: Int) -> UnsafeMutableRawBufferPointer {
        let offset = (slot & (Self.slotsPerChunk - 1)) * Self.slotSize
        return UnsafeMutableRawBufferPointer(start: chunks[slot >> Self.chunkShift] + offset, count: Self.slotSize)
    }

    @usableFromInline
    mutating func grow() -> Int? {
        let first = capacity
        guard first < limit else { return nil }
        chunks.append(.allocate(byteCount: Self.slotsPerChunk * Self.slotSize, alignment: 64))
        free.reserveCapacity(capacity)
        for slot in stride(from: first + Self.slotsPerChunk - 1, to: first, by: -1) { free.append(Int32(slot)) }
        return first
    }
}
