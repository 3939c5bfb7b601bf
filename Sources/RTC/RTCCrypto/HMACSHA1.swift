internal import CStarlingOpenSSL

/// HMAC-SHA1 (RFC 2104) with a key schedule made once; a message costs no allocation.
public struct HMACSHA1: ~Copyable {
    public static let size = 20

    private let key: OpaquePointer

    public init(key bytes: [UInt8]) {
        guard let key = starling_hmac_sha1_new(bytes, bytes.count) else { fatalError("out of memory") }
        self.key = key
    }

    deinit {
        starling_hmac_sha1_free(key)
    }

    /// Writes the 20-byte code of a message into `output`.
    public borrowing func authenticate(_ message: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) {
        precondition(output.count >= Self.size, "HMAC-SHA1 takes 20 bytes")
        starling_hmac_sha1(key, message.baseAddress, message.count, nil, 0, nil, 0, output.baseAddress)
    }

    /// Writes the 20-byte code of two parts, as if they lay behind one another.
    public borrowing func authenticate(
        _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) {
        precondition(output.count >= Self.size, "HMAC-SHA1 takes 20 bytes")
        starling_hmac_sha1(
            key, first.baseAddress, first.count, second.baseAddress, second.count, nil, 0, output.baseAddress)
    }

    /// Compares two codes of equal size in constant time.
    public static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count, let leftBase = left.baseAddress, let rightBase = right.baseAddress else {
            return left.count == right.count
        }
        return starling_equal_constant_time(leftBase, rightBase, left.count) == 1
    }
}
