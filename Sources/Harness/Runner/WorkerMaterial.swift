internal import RTCCore
internal import RTCCrypto

/// The DTLS context that the bots of one worker share.
///
/// Unchecked, because it is made and used on its worker's thread alone: the closure that makes a bot runs there, and nothing else
/// reaches it.
final class WorkerMaterial: @unchecked Sendable {
    private var context: DTLSContext?

    /// - Throws: Where OpenSSL cannot make one.
    func dtls(entropy: Entropy, wallClock: WallClock) throws(CryptoError) -> DTLSContext {
        if let context { return context }
        let made = try DTLSContext(entropy: entropy, clock: wallClock)
        context = made
        return made
    }
}
