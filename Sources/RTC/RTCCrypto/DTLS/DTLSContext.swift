internal import CStarlingOpenSSL
public import RTCCore

/// What the DTLS endpoints of one worker share: ciphers, SRTP profiles, where randomness comes from. Confined to its worker.
public final class DTLSContext {
    public let profiles: [SRTPProfile]
    public let entropy: Entropy

    let handle: OpaquePointer
    private let clock: WallClock

    /// - Parameter profiles: Best first. Whoever accepts the 80-bit AES-CM profile also accepts, but never offers, its 32-bit sibling.
    /// - Parameter entropy: Seeded for simulations only; every endpoint then draws from its own seed.
    /// - Parameter clock: What time it is at the driver's origin.
    public init(
        profiles: [SRTPProfile] = SRTPProfile.preferred, entropy: Entropy, clock: WallClock
    ) throws(CryptoError) {
        guard !profiles.isEmpty else { throw .noProfiles }
        var accepted = profiles
        if profiles.contains(.aes128CMSHA1_80), !profiles.contains(.aes128CMSHA1_32) { accepted.append(.aes128CMSHA1_32) }
        let now = Self.microseconds(at: .origin, on: clock)
        let handle = try entropy.withStream(label: "context") {
            starling_dtls_context_new(Self.openSSLList(profiles), Self.openSSLList(accepted), now, $0)
        }
        guard let handle else { throw .fromOpenSSL() }
        self.profiles = profiles
        self.entropy = entropy
        self.clock = clock
        self.handle = handle
    }

    deinit {
        starling_dtls_context_free(handle)
    }

    /// Microseconds since 1970, as OpenSSL's clock counts.
    func microseconds(at instant: Instant) -> UInt64 {
        Self.microseconds(at: instant, on: clock)
    }

    func instant(atMicroseconds microseconds: UInt64) -> Instant {
        let origin = Self.microseconds(at: .origin, on: clock)
        return Instant(nanoseconds: (microseconds > origin ? microseconds - origin : 0) &* 1000)
    }

    // Whole seconds at the origin, so that microseconds map to instants and back without a rest.
    private static func microseconds(at instant: Instant, on clock: WallClock) -> UInt64 {
        UInt64(max(0, clock.unixSeconds(at: .origin))) &* 1_000_000 &+ instant.nanoseconds / 1000
    }

    private static func openSSLList(_ profiles: [SRTPProfile]) -> String {
        profiles.map(\.openSSLName).joined(separator: ":")
    }
}
