internal import CStarlingOpenSSL
public import RTCCore

/// One DTLS 1.2 association (RFC 6347, RFC 8827 §6.5) that agrees on SRTP keys (RFC 5764).
///
///              start            verified, finished
///     ┌─────┐         ┌────────────┐        ┌───────────┐  close, close_notify  ┌────────┐
///     │ new ├────────▶│ connecting ├───────▶│ connected ├──────────────────────▶│ closed │
///     └─────┘         └─────┬──────┘        └─────┬─────┘                       └────────┘
///                           │ alert, timeout, wrong fingerprint
///                           ▼                     ▼
///                       ┌──────────────────────────┐
///                       │          failed          │
///                       └──────────────────────────┘
///
/// A server may shake hands before it knows the peer's fingerprint, because a ClientHello can overtake the answer; it stays
/// *connecting*, and gives no keys, until the certificate has been compared. A connected endpoint answers a repeated last flight.
public struct DTLSEndpoint: ~Copyable {
    public enum Role: String, Hashable, Sendable {
        case client
        case server
    }

    /// W3C `RTCDtlsTransportState`.
    public enum State: String, Hashable, Sendable {
        case new
        case connecting
        case connected
        case closed
        case failed
    }

    /// The longest datagram of a handshake in bytes; application data may be longer.
    public static let longestDatagram = STARLING_DTLS_MTU

    /// When an unanswered flight is first sent again; from there it doubles up to ``lastRetransmit``.
    public static let firstRetransmit = Duration.milliseconds(100)
    public static let lastRetransmit = Duration.seconds(4)

    public let role: Role
    public private(set) var state = State.new
    public private(set) var failure: DTLSFailure?
    /// The keys, once the association is connected and the peer agreed to a profile.
    public private(set) var srtpKeys: SRTPKeys?
    /// The next moment at which ``advance(to:)`` has something to do.
    public private(set) var deadline: Instant?

    let handle: OpaquePointer
    private let context: DTLSContext
    private var lastCall: Instant

    /// - Parameter seed: This endpoint's own share of the run's seed; it matters only where the context is seeded.
    public init(context: DTLSContext, certificate: Certificate, role: Role, seed: UInt64, now: Instant) {
        let isSeeded = context.entropy != .system
        let stream = SplitMix64.derive(seed, "dtls")
        guard
            let handle = starling_dtls_new(
                context.handle, certificate.handle, role == .client ? 1 : 0, isSeeded ? 1 : 0, stream,
                context.microseconds(at: now))
        else { fatalError("out of memory") }
        self.handle = handle
        self.context = context
        self.role = role
        lastCall = now
    }

    deinit {
        starling_dtls_free(handle)
    }

    /// Says which certificates the peer may present: one that matches any of these.
    ///
    /// May come after the handshake began. Only SHA-256, SHA-384 and SHA-512 count; without any of them nothing matches.
    public mutating func setRemoteFingerprints(_ fingerprints: [CertificateFingerprint]) {
        starling_dtls_begin_fingerprints(handle)
        for fingerprint in fingerprints {
            let bits: Int32 =
                switch fingerprint.algorithm {
                case "sha-256": 256
                case "sha-384": 384
                case "sha-512": 512
                default: 0
                }
            starling_dtls_add_fingerprint(handle, bits, fingerprint.bytes, fingerprint.bytes.count)
        }
        starling_dtls_end_fingerprints(handle, context.microseconds(at: lastCall))
        update()
    }

    /// Begins: a client sends its ClientHello, a server listens.
    public mutating func start(now: Instant) {
        guard state == .new else { return }
        state = .connecting
        lastCall = now
        starling_dtls_start(handle, context.microseconds(at: now))
        update()
    }

    /// Reads one datagram. A server that has not been started starts.
    public mutating func receive(_ datagram: RawSpan, now: Instant) {
        if state == .new, role == .server { start(now: now) }
        guard state == .connecting || state == .connected else { return }
        lastCall = now
        datagram.withUnsafeBytes { bytes in
            starling_dtls_receive(handle, bytes.baseAddress, bytes.count, context.microseconds(at: now))
        }
        update()
    }

    /// Sends again what was not answered in time.
    public mutating func advance(to now: Instant) {
        guard let deadline, now >= deadline else { return }
        lastCall = now
        starling_dtls_advance(handle, context.microseconds(at: now))
        update()
    }

    /// Writes the next outgoing datagram; 0 when none is left.
    ///
    /// - Parameter slot: At least ``longestDatagram`` bytes; a longer datagram of application data that does not fit is dropped.
    public mutating func nextDatagram(into slot: UnsafeMutableRawBufferPointer) -> Int {
        precondition(slot.count >= Self.longestDatagram, "a slot holds the longest datagram of a handshake")
        return starling_dtls_next_datagram(handle, slot.baseAddress, slot.count)
    }

    /// Says goodbye with close_notify where there is an association; nothing is received afterwards.
    public mutating func close(now: Instant) {
        guard state != .closed, state != .failed else { return }
        lastCall = now
        starling_dtls_close(handle, context.microseconds(at: now))
        update()
    }

    /// Sends one datagram of application data; `false` where the association is not connected or 8 KiB wait to be sent.
    public mutating func send(_ bytes: RawSpan, now: Instant) -> Bool {
        guard state == .connected else { return false }
        lastCall = now
        let sent = bytes.withUnsafeBytes { bytes in
            starling_dtls_write(handle, bytes.baseAddress, bytes.count, context.microseconds(at: now))
        }
        update()
        return sent == 1
    }

    /// Writes the next datagram of application data that arrived; 0 when none is left, or while the peer is not verified.
    public mutating func nextApplicationData(into slot: UnsafeMutableRawBufferPointer) -> Int {
        starling_dtls_next_application(handle, slot.baseAddress, slot.count)
    }

    private mutating func update() {
        let microseconds = starling_dtls_deadline(handle)
        deadline = microseconds == UInt64.max ? nil : context.instant(atMicroseconds: microseconds)
        switch Int(starling_dtls_status(handle)) {
        case STARLING_DTLS_ESTABLISHED where starling_dtls_is_verified(handle) == 1:
            if state != .connected {
                state = .connected
                srtpKeys = exportedKeys()
            }
        case STARLING_DTLS_CLOSED:
            state = .closed
        case STARLING_DTLS_FAILED:
            state = .failed
            failure = failure ?? reportedFailure()
        default:
            break
        }
    }

    private func exportedKeys() -> SRTPKeys? {
        guard let profile = srtpProfile else { return nil }
        var material = [UInt8](repeating: 0, count: SRTPKeys.materialSize(of: profile))
        guard starling_dtls_export(handle, &material, material.count) == 1 else { return nil }
        return SRTPKeys(profile: profile, material: material, isClient: role == .client)
    }

    private func reportedFailure() -> DTLSFailure {
        let text = String(cString: starling_dtls_failure_text(handle))
        return switch Int(starling_dtls_failure(handle)) {
        case STARLING_DTLS_FINGERPRINT_MISMATCH: .fingerprintMismatch
        case STARLING_DTLS_TIMEOUT: .handshakeTimeout
        case STARLING_DTLS_ALERT: .alert(text)
        default: .protocolError(text)
        }
    }
}
