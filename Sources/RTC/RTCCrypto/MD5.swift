internal import CStarlingOpenSSL

/// MD5, for nothing but the long-term keys of TURN (RFC 8489 §9.2.2).
public enum MD5 {
    /// Sixteen bytes.
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 16) { out, count in
            starling_md5(bytes, bytes.count, out.baseAddress)
            count = 16
        }
    }
}
