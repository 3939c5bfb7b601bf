internal import CStarlingOpenSSL

/// Encrypts what this side sends: SRTP and SRTCP (RFC 3711, RFC 7714) under one master key.
public struct SRTPSender: ~Copyable {
    public let profile: SRTPProfile

    private let core: OpaquePointer?
    private let library: LibSRTPSession?
    private var controlIndices = StreamTable<UInt32>(limit: 16_384)

    /// - Parameter key: ``SRTPProfile/keySize`` bytes.
    /// - Parameter salt: ``SRTPProfile/saltSize`` bytes.
    public init(profile: SRTPProfile, key: [UInt8], salt: [UInt8], backend: SRTPBackend = .libcrypto) throws(CryptoError) {
        try profile.check(key: key, salt: salt)
        var core: OpaquePointer?
        var library: LibSRTPSession?
        switch backend {
        case .libcrypto:
            core = starling_srtp_new(profile.shimNumber, key, salt, 1)
            if core == nil { throw .fromOpenSSL() }
        case .libsrtp2:
            library = try LibSRTPSession(profile: profile, key: key, salt: salt, direction: .outbound)
        }
        self.profile = profile
        self.core = core
        self.library = library
    }

    deinit {
        starling_srtp_free(core)
    }

    /// Writes a protected packet: the header in the clear, then `prefix` and `payload` encrypted as one, then the tag.
    ///
    /// One pass, no allocation. The same index must never carry two different packets; a resend repeats the bytes.
    ///
    /// - Parameter header: The RTP header with CSRCs and extensions, authenticated but not encrypted.
    /// - Parameter prefix: Payload descriptor bytes; may be empty.
    /// - Parameter index: `ROC << 16 | SEQ`, 48 bits.
    /// - Parameter out: Holds all parts and ``SRTPProfile/rtpOverhead``; overlaps none of them.
    /// - Returns: The packet's size in bytes, or 0 where the library refuses.
    public mutating func protect(
        header: UnsafeRawBufferPointer, prefix: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, ssrc: UInt32,
        index: UInt64, into out: UnsafeMutableRawBufferPointer
    ) -> Int {
        let size = header.count + prefix.count + payload.count
        precondition(out.count >= size + profile.rtpOverhead, "the slot must hold the packet and its tag")
        guard let start = out.baseAddress, header.count >= 12 else { return 0 }
        if let library {
            out.copyMemory(from: header)
            UnsafeMutableRawBufferPointer(rebasing: out[header.count...]).copyMemory(from: prefix)
            UnsafeMutableRawBufferPointer(rebasing: out[(header.count + prefix.count)...]).copyMemory(from: payload)
            return library.protect(start, size: size, ssrc: ssrc, index: index)
        }
        return starling_srtp_protect(
            core, header.baseAddress, header.count, prefix.baseAddress, prefix.count, payload.baseAddress, payload.count, ssrc,
            index, start)
    }

    /// Writes a protected compound packet; each SSRC that sends has its own index, which begins at zero (RFC 3711 §3.4).
    ///
    /// - Parameter out: Holds the compound and ``SRTPProfile/rtcpOverhead``; does not overlap it.
    /// - Returns: The packet's size in bytes, or 0 where the compound is shorter than a header or the index is used up.
    public mutating func protectRTCP(_ compound: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer) -> Int {
        precondition(out.count >= compound.count + profile.rtcpOverhead, "the slot must hold the packet and its tag")
        guard let start = out.baseAddress, compound.count >= 8 else { return 0 }
        let ssrc = UInt32(bigEndian: compound.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        if let library {
            out.copyMemory(from: compound)
            return library.protectRTCP(start, size: compound.count, ssrc: ssrc)
        }
        guard let index = nextControlIndex(of: ssrc) else { return 0 }
        return starling_srtp_protect_rtcp(core, compound.baseAddress, compound.count, index, start)
    }

    private mutating func nextControlIndex(of ssrc: UInt32) -> UInt32? {
        guard let position = controlIndices.position(of: ssrc) else {
            // Forgetting an SSRC would use its indices, and so its keystream, twice.
            guard controlIndices.count < 16_384 else { return nil }
            controlIndices.insert(1, for: ssrc)
            return 0
        }
        let index = controlIndices[position]
        guard index < 1 << 31 else { return nil }
        controlIndices[position] = index + 1
        return index
    }
}
