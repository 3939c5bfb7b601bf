internal import CStarlingOpenSSL

/// A DTLS-SRTP protection profile (RFC 5764 §4.1.2, RFC 7714 §14.2).
public enum SRTPProfile: UInt16, CaseIterable, Hashable, Sendable {
    // The number is the tag's size in bits; without the underline it would read as part of the hash's name.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case aes128CMSHA1_80 = 0x0001
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case aes128CMSHA1_32 = 0x0002
    case aeadAES128GCM = 0x0007
    case aeadAES256GCM = 0x0008

    /// What endpoints offer unless told otherwise, best first.
    public static let preferred: [SRTPProfile] = [.aeadAES128GCM, .aeadAES256GCM, .aes128CMSHA1_80]

    /// Its IANA name, as `RTCTransportStats.srtpCipher` reports it.
    public var name: String {
        switch self {
        case .aes128CMSHA1_80: "SRTP_AES128_CM_HMAC_SHA1_80"
        case .aes128CMSHA1_32: "SRTP_AES128_CM_HMAC_SHA1_32"
        case .aeadAES128GCM: "SRTP_AEAD_AES_128_GCM"
        case .aeadAES256GCM: "SRTP_AEAD_AES_256_GCM"
        }
    }

    /// Bytes of a master key.
    public var keySize: Int { self == .aeadAES256GCM ? 32 : 16 }

    /// Bytes of a master salt.
    public var saltSize: Int { isAEAD ? 12 : 14 }

    /// Bytes that protection adds to an RTP packet.
    public var rtpOverhead: Int {
        switch self {
        case .aes128CMSHA1_80: 10
        case .aes128CMSHA1_32: 4
        case .aeadAES128GCM, .aeadAES256GCM: 16
        }
    }

    /// Bytes that protection adds to an RTCP packet: the tag and the 4-byte index. RTCP keeps 80 bits under the `_32` profile.
    public var rtcpOverhead: Int { 4 + (isAEAD ? 16 : 10) }

    /// The sizes of the authentication tags in bytes.
    public var tagSizes: (rtp: Int, rtcp: Int) { (rtpOverhead, rtcpOverhead - 4) }

    public var isAEAD: Bool { self == .aeadAES128GCM || self == .aeadAES256GCM }

    /// The greatest of all ``rtpOverhead`` and ``rtcpOverhead``, in bytes.
    public static let maximumOverhead = 20
}

extension SRTPProfile {
    var shimNumber: Int32 {
        switch self {
        case .aes128CMSHA1_80: Int32(STARLING_SRTP_CM80)
        case .aes128CMSHA1_32: Int32(STARLING_SRTP_CM32)
        case .aeadAES128GCM: Int32(STARLING_SRTP_GCM128)
        case .aeadAES256GCM: Int32(STARLING_SRTP_GCM256)
        }
    }

    /// What OpenSSL calls it.
    var openSSLName: String {
        switch self {
        case .aes128CMSHA1_80: "SRTP_AES128_CM_SHA1_80"
        case .aes128CMSHA1_32: "SRTP_AES128_CM_SHA1_32"
        case .aeadAES128GCM: "SRTP_AEAD_AES_128_GCM"
        case .aeadAES256GCM: "SRTP_AEAD_AES_256_GCM"
        }
    }

    func check(key: [UInt8], salt: [UInt8]) throws(CryptoError) {
        guard key.count == keySize else { throw .wrongKeySize(expected: keySize, actual: key.count) }
        guard salt.count == saltSize else { throw .wrongKeySize(expected: saltSize, actual: salt.count) }
    }
}
