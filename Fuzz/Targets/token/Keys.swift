import Dispatch
import ServerTokens
import Synchronization

/// The server's keys of jwt-kit, and those who sign with them. The private ones are of RFC 7515 A.3 and RFC 8037 A.1.
struct Keys: Sendable {
    let server: JWTKeys
    /// One for each of the server's keys, then strangers of the same names.
    let issuers: [JWTKeys]
    let trusted: Int

    static let all = wait {
        let (one, two) = (JWTKeys.Secret(bytes: .init(repeating: 1, count: 32)), [UInt8](repeating: 2, count: 32))
        let server = try await JWTKeys(secrets: [one, .init(name: "k", bytes: two)], keySet: publicSet)
        let strange = [UInt8](repeating: 9, count: 32)
        let issuers = [
            try await JWTKeys(secrets: [one]), try await JWTKeys(secrets: [.init(name: "k", bytes: two)]),
            try await JWTKeys(secrets: [], keySet: set(curve, #""d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI""#)),
            try await JWTKeys(secrets: [], keySet: set(edwards, #""d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A""#)),
            try await JWTKeys(secrets: [.init(bytes: strange)]), try await JWTKeys(secrets: [.init(name: "k", bytes: strange)]),
            try await JWTKeys(secrets: [.init(name: "ec", bytes: strange)]),
        ]
        return Keys(server: server, issuers: issuers, trusted: 4)
    }

    private static let curve =
        #""kty":"EC","crv":"P-256","kid":"ec","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU""#
        + #","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#
    private static let edwards =
        #""kty":"OKP","crv":"Ed25519","alg":"EdDSA","kid":"ed","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#

    static let publicSet = "{\"keys\":[{\(curve)},{\(edwards)}]}"

    private static func set(_ key: String, _ more: String) -> String { "{\"keys\":[{\(key),\(more)}]}" }

    /// Why a set of keys is not taken; `nil` where it is.
    static func refusal(ofSet text: String) -> String? {
        wait { () -> String? in
            do throws(TokenKeyError) {
                let keys = try await JWTKeys(secrets: [], keySet: text)
                _ = keys.verify([1], of: [2], algorithm: "ES256", key: keys.algorithms(ofKey: nil).first)
                return nil
            } catch {
                return error.description
            }
        }
    }

    /// Keys are read by tasks, for which the fuzzer has to wait.
    private static func wait<Value: Sendable>(_ make: @escaping @Sendable () async throws -> Value) -> Value {
        let made = Made<Value>()
        let done = DispatchSemaphore(value: 0)
        Task {
            do {
                let value = try await make()
                made.value.withLock { $0 = value }
            } catch {
                fatalError("the keys of this target cannot be read: \(error)")
            }
            done.signal()
        }
        done.wait()
        guard let value = made.value.withLock({ $0 }) else { fatalError("a task ended without its value") }
        return value
    }
}

/// What a task leaves for the one who waits for it.
private final class Made<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
}
