/// Whether a machine has handed out everything it had to send.
public enum Drain: Sendable {
    /// Nothing is left.
    case drained
    /// The batch is full: send it, empty it and call again.
    case full
}

/// A slab of outgoing datagrams that machines write straight into, made once per worker and reused.
public struct DatagramBatch: ~Copyable {
    /// The longest datagram a slot holds, in bytes: an Ethernet frame's payload.
    public static let slotSize = 1536

    public struct Entry: Sendable {
        public let path: Path
        /// Size in bytes.
        public let size: Int
        /// The machine's own number of the byte stream that these bytes are for; `nil` for a datagram.
        public let stream: UInt64?

        @inlinable
        init(path: Path, size: Int, stream: UInt64?) {
            self.path = path
            self.size = size
            self.stream = stream
        }
    }

    public let capacity: Int
    @usableFromInline let storage: UnsafeMutableRawBufferPointer
    @usableFromInline let entries: UnsafeMutableBufferPointer<Entry>
    @usableFromInline var filled = 0

    /// How many datagrams are in the batch.
    @inlinable
    public var count: Int { filled }

    /// - Parameter capacity: How many datagrams fit.
    public init(capacity: Int = 64) {
        precondition(capacity > 0, "a batch holds at least one datagram")
        self.capacity = capacity
        storage = .allocate(byteCount: capacity * Self.slotSize, alignment: 64)
        entries = .allocate(capacity: capacity)
    }

    deinit {
        storage.deallocate()
        entries.deallocate()
    }

    @inlinable
    public var isFull: Bool { count == capacity }

    @inlinable
    public var isEmpty: Bool { count == 0 }

    /// Lends the next free slot; what `write` returns is the datagram's size, and zero keeps the slot free.
    ///
    /// The batch must not be full.
    @inlinable
    public mutating func append(on path: Path, _ write: (UnsafeMutableRawBufferPointer) -> Int) {
        append(on: path, stream: nil, write)
    }

    /// The same, for a byte stream: what `write` leaves in the slot follows what was written to the stream before, all of it or, where the
    /// other side does not take enough, nothing of it.
    ///
    /// - Parameters:
    ///   - stream: Its number, as in `HostRequest.openStream`.
    ///   - path: Only for those who count; the stream has its own.
    @inlinable
    public mutating func append(toStream stream: UInt64, on path: Path, _ write: (UnsafeMutableRawBufferPointer) -> Int) {
        append(on: path, stream: stream, write)
    }

    @inlinable
    mutating func append(on path: Path, stream: UInt64?, _ write: (UnsafeMutableRawBufferPointer) -> Int) {
        precondition(count < capacity, "the batch is full; drain it first")
        let start = count * Self.slotSize
        let slot = UnsafeMutableRawBufferPointer(rebasing: storage[start..<(start + Self.slotSize)])
        let size = write(slot)
        precondition(size >= 0 && size <= Self.slotSize, "a datagram must fit its slot")
        guard size > 0 else { return }
        entries.initializeElement(at: count, to: Entry(path: path, size: size, stream: stream))
        filled += 1
    }

    /// Copies a ready datagram into the batch.
    @inlinable
    public mutating func append(_ bytes: RawSpan, on path: Path) {
        append(on: path) { slot in
            bytes.withUnsafeBytes { slot.copyMemory(from: $0) }
            return bytes.byteCount
        }
    }

    @inlinable
    public subscript(index: Int) -> Entry {
        precondition(index >= 0 && index < count, "no such datagram")
        return entries[index]
    }

    /// The bytes of one datagram, valid until the batch is emptied.
    @inlinable
    public func bytes(at index: Int) -> UnsafeMutableRawBufferPointer {
        precondition(index >= 0 && index < count, "no such datagram")
        let start = index * Self.slotSize
        return UnsafeMutableRawBufferPointer(rebasing: storage[start..<(start + entries[index].size)])
    }

    @inlinable
    public mutating func removeAll() {
        filled = 0
    }
}
