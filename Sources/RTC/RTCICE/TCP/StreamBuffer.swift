/// What came over a stream and was not taken yet.
///
/// A class, so that what it lends stays where it is while its owner changes.
final class StreamBuffer {
    private let storage: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0

    /// - Parameter capacity: In bytes; the longest frame must fit.
    init(capacity: Int) {
        storage = .allocate(byteCount: capacity, alignment: 8)
    }

    deinit {
        storage.deallocate()
    }

    /// Bytes that wait.
    var count: Int { end - start }

    /// One of the bytes that wait.
    subscript(offset: Int) -> UInt8 { storage[start + offset] }

    /// Takes as much as there is room for.
    ///
    /// - Returns: How many bytes.
    func put(_ bytes: UnsafeRawBufferPointer) -> Int {
        if start > 0 {
            storage.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[start..<end]))
            end -= start
            start = 0
        }
        let count = min(bytes.count, storage.count - end)
        if count > 0 {
            UnsafeMutableRawBufferPointer(rebasing: storage[end..<(end + count)])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        }
        end += count
        return count
    }

    /// Takes the first `length` bytes, and lends a part of them until the next call of ``put(_:)``.
    func take(_ length: Int, lending part: Range<Int>) -> UnsafeMutableRawBufferPointer {
        precondition(length <= count && part.upperBound <= length, "only what waits is taken, and only that is lent")
        defer { start += length }
        return UnsafeMutableRawBufferPointer(rebasing: storage[(start + part.lowerBound)..<(start + part.upperBound)])
    }
}
