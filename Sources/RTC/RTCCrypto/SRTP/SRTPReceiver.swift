internal import CStarlingOpenSSL

/// Verifies and decrypts what the other side sends, in place, with a replay window for each SSRC.
///
/// An SSRC costs memory only once a packet of it proved genuine; at most 1,024 are remembered, those used last.
public struct SRTPReceiver: ~Copyable {
    public let profile: SRTPProfile

    private let core: OpaquePointer?
    private let library: LibSRTPSession?
    private var media = StreamTable<ReplayWindow>(limit: 1024)
    private var control = StreamTable<ReplayWindow>(limit: 1024)

    /// - Parameter key: ``SRTPProfile/keySize`` bytes.
    /// - Parameter salt: ``SRTPProfile/saltSize`` bytes.
    public init(profile: SRTPProfile, key: [UInt8], salt: [UInt8], backend: SRTPBackend = .libcrypto) throws(CryptoError) {
        try profile.check(key: key, salt: salt)
        var core: OpaquePointer?
        var library: LibSRTPSession?
        switch backend {
        case .libcrypto:
            core = starling_srtp_new(profile.shimNumber, key, salt, 0)
            if core == nil { throw .fromOpenSSL() }
        case .libsrtp2:
            library = try LibSRTPSession(profile: profile, key: key, salt: salt, direction: .inbound)
        }
        self.profile = profile
        self.core = core
        self.library = library
    }

    deinit {
        starling_srtp_free(core)
    }

    /// Verifies and decrypts one RTP packet in place. A packet that fails may be left destroyed.
    ///
    /// - Parameter headerSize: Bytes of header with CSRCs and extensions, as parsed from the packet.
    public mutating func unprotect(
        _ packet: UnsafeMutableRawBufferPointer, headerSize: Int, ssrc: UInt32, sequenceNumber: UInt16
    ) -> SRTPResult {
        guard let start = packet.baseAddress, headerSize >= 12, packet.count >= headerSize + profile.rtpOverhead else {
            return .malformed
        }
        let position = media.position(of: ssrc)
        var index = UInt64(sequenceNumber)
        if let position {
            index = media[position].estimatedIndex(of: sequenceNumber)
            if media[position].contains(index) { return .replayed }
        }
        let size =
            if let library {
                library.unprotect(start, size: packet.count) - headerSize
            } else {
                starling_srtp_unprotect(core, start.assumingMemoryBound(to: UInt8.self), packet.count, headerSize, ssrc, index)
            }
        guard size >= 0 else { return .authenticationFailed }
        Self.remember(index, of: ssrc, at: position, in: &media)
        return .packet(payloadRange: headerSize..<(headerSize + size), index: index)
    }

    /// Verifies and decrypts one RTCP packet in place. A packet that fails may be left destroyed.
    public mutating func unprotectRTCP(_ packet: UnsafeMutableRawBufferPointer) -> SRTCPResult {
        guard let start = packet.baseAddress, packet.count >= 8 + profile.rtcpOverhead else { return .malformed }
        let ssrc = UInt32(bigEndian: packet.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        let index = Self.controlIndex(of: packet, profile: profile)
        let position = control.position(of: ssrc)
        if let position, control[position].contains(index) { return .replayed }
        let size =
            if let library {
                library.unprotectRTCP(start, size: packet.count)
            } else {
                starling_srtp_unprotect_rtcp(core, start.assumingMemoryBound(to: UInt8.self), packet.count)
            }
        guard size >= 0 else { return .authenticationFailed }
        Self.remember(index, of: ssrc, at: position, in: &control)
        return .packet(size: size)
    }

    /// How many SSRCs have sent genuine RTP packets.
    public var streamCount: Int { media.count }

    /// The 31-bit index that the trailer claims: last for GCM (RFC 7714 §9.2), before the tag for AES-CM (RFC 3711 §3.4).
    private static func controlIndex(of packet: UnsafeMutableRawBufferPointer, profile: SRTPProfile) -> UInt64 {
        let offset = packet.count - 4 - (profile.isAEAD ? 0 : profile.tagSizes.rtcp)
        return UInt64(UInt32(bigEndian: packet.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) & 0x7FFF_FFFF)
    }

    private static func remember(
        _ index: UInt64, of ssrc: UInt32, at position: Int?, in table: inout StreamTable<ReplayWindow>
    ) {
        if let position {
            table[position].insert(index)
        } else {
            var window = ReplayWindow()
            window.insert(index)
            table.insert(window, for: ssrc)
        }
    }
}
