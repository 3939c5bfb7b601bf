internal import CLibSRTP

/// One direction of libsrtp2, the second opinion on our own contexts.
final class LibSRTPSession {
    enum Direction {
        case inbound
        case outbound
    }

    private let session: srtp_t
    private let profile: SRTPProfile
    private let masterKey: [UInt8]
    private var outboundStreams: Set<UInt32> = []

    /// The library keeps global tables that must be made once.
    private static let initialStatus = srtp_init().rawValue

    init(profile: SRTPProfile, key: [UInt8], salt: [UInt8], direction: Direction) throws(CryptoError) {
        guard Self.initialStatus == srtp_err_status_ok.rawValue else { throw .libSRTP(Int32(Self.initialStatus)) }
        self.profile = profile
        masterKey = key + salt
        var made: srtp_t?
        var status = srtp_err_status_ok
        switch direction {
        case .inbound:
            status = Self.withPolicy(profile, masterKey, ssrc: srtp_ssrc_t(type: ssrc_any_inbound, value: 0)) { policy in
                srtp_create(&made, policy)
            }
        case .outbound:
            status = srtp_create(&made, nil)
        }
        guard status == srtp_err_status_ok, let made else { throw .libSRTP(Int32(status.rawValue)) }
        session = made
    }

    deinit {
        srtp_dealloc(session)
    }

    func protect(_ packet: UnsafeMutableRawPointer, size: Int, ssrc: UInt32, index: UInt64) -> Int {
        if !outboundStreams.contains(ssrc) {
            guard addStream(ssrc) else { return 0 }
            // The library counts rollovers itself, but only from where a stream begins.
            if index >> 16 > 0 {
                _ = srtp_set_stream_roc(session, ssrc, UInt32(truncatingIfNeeded: index >> 16))
            }
        }
        var length = Int32(size)
        return srtp_protect(session, packet, &length) == srtp_err_status_ok ? Int(length) : 0
    }

    func protectRTCP(_ packet: UnsafeMutableRawPointer, size: Int, ssrc: UInt32) -> Int {
        guard outboundStreams.contains(ssrc) || addStream(ssrc) else { return 0 }
        var length = Int32(size)
        return srtp_protect_rtcp(session, packet, &length) == srtp_err_status_ok ? Int(length) : 0
    }

    /// The size of header and payload, or -1.
    func unprotect(_ packet: UnsafeMutableRawPointer, size: Int) -> Int {
        var length = Int32(size)
        return srtp_unprotect(session, packet, &length) == srtp_err_status_ok ? Int(length) : -1
    }

    /// The size of the compound packet, or -1.
    func unprotectRTCP(_ packet: UnsafeMutableRawPointer, size: Int) -> Int {
        var length = Int32(size)
        return srtp_unprotect_rtcp(session, packet, &length) == srtp_err_status_ok ? Int(length) : -1
    }

    private func addStream(_ ssrc: UInt32) -> Bool {
        let name = srtp_ssrc_t(type: ssrc_specific, value: ssrc)
        let status = Self.withPolicy(profile, masterKey, ssrc: name) { srtp_add_stream(session, $0) }
        guard status == srtp_err_status_ok else { return false }
        outboundStreams.insert(ssrc)
        return true
    }

    private static func withPolicy(
        _ profile: SRTPProfile, _ masterKey: [UInt8], ssrc: srtp_ssrc_t,
        _ body: (UnsafePointer<srtp_policy_t>) -> srtp_err_status_t
    ) -> srtp_err_status_t {
        var policy = srtp_policy_t()
        policy.ssrc = ssrc
        policy.window_size = UInt(ReplayWindow.size)
        policy.allow_repeat_tx = 1
        switch profile {
        case .aes128CMSHA1_80:
            srtp_crypto_policy_set_rtp_default(&policy.rtp)
            srtp_crypto_policy_set_rtcp_default(&policy.rtcp)
        case .aes128CMSHA1_32:
            srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp)
            srtp_crypto_policy_set_rtcp_default(&policy.rtcp)
        case .aeadAES128GCM:
            srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp)
            srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp)
        case .aeadAES256GCM:
            srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtp)
            srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtcp)
        }
        var key = masterKey
        return key.withUnsafeMutableBufferPointer { key in
            policy.key = key.baseAddress
            return body(&policy)
        }
    }
}
