import AccessCore
import ArgumentParser
import Foundation
import ServerFronts
import ServerTokens

/// Who may come in, and how connections are kept private: options of the server.
struct AccessOptions: ParsableArguments {
    @Option(
        name: .customLong("token-secrets"),
        help: ArgumentHelp(
            "A file of secrets whose tokens (JWT, HS256) let clients in: one a line, 'SECRET' or 'KID SECRET', the newest first. One secret may "
                + "also be in STARLING_TOKEN_SECRET.", valueName: "FILE"))
    var secretFile: String?

    @Option(help: ArgumentHelp("A JWK Set (RFC 7517) whose tokens let clients in: ES256 and EdDSA.", valueName: "FILE"))
    var jwks: String?

    @Option(
        name: .customLong("token-issuer"),
        help: "What 'iss' of a token must be; may be given again. Needed for tokens with LiveKit's grants, which have no 'aud'.")
    var issuers: [String] = []

    @Option(name: .customLong("token-audience"), help: "What 'aud' of a token must have.")
    var audience = AccessPolicy().audience

    @Option(name: .customLong("token-max-ttl"), help: "For how many seconds a token may be good for joining.")
    var longestToken = 600

    @Option(
        name: .customLong("session-ttl"),
        help: "After how many seconds a session ends without a refresh, where its token does not say.")
    var sessionLifetime = 3600

    @Flag(name: .customLong("allow-anonymous"), help: "Let those in who show no token although there are keys.")
    var allowsAnonymous = false

    @Option(
        help: ArgumentHelp("What is not let in, read at the start: one a line, 'jti ID' or 'sub IDENTITY'.", valueName: "FILE"))
    var revoked: String?

    @Flag(name: .customLong("dev-tokens"), help: "Make tokens for anyone who asks (POST /v1/tokens). For development alone.")
    var issuesTokens = false

    @Option(
        name: .customLong("allow-host"),
        help: "A name under which clients on this machine may reach the server, beside localhost and --host; may be given again.")
    var allowedHosts: [String] = []

    @Option(
        name: .customLong("tls-cert"),
        help: ArgumentHelp("Serve TLS: a PEM file of the certificate and those that vouch for it.", valueName: "FILE"))
    var certificates: String?

    @Option(name: .customLong("tls-key"), help: ArgumentHelp("The PEM file of the certificate's key.", valueName: "FILE"))
    var key: String?

    func validate() throws {
        guard (certificates == nil) == (key == nil) else {
            throw ValidationError("--tls-cert and --tls-key belong together: give both, or neither")
        }
        guard (1...604_800).contains(longestToken) else {
            throw ValidationError("--token-max-ttl \(longestToken): it lies between 1 and 604800 seconds")
        }
        guard (10...86_400).contains(sessionLifetime) else {
            throw ValidationError("--session-ttl \(sessionLifetime): it lies between 10 and 86400 seconds")
        }
    }

    /// Says in the configuration what the options and the environment say.
    ///
    /// - Returns: The keys whose tokens are believed; `nil` where there are none.
    func apply(
        to configuration: inout ServerConfiguration, _ environment: [String: String]
    ) async throws -> (any TokenKeys)? {
        configuration.access.allowsAnonymous = allowsAnonymous
        configuration.access.audience = audience
        configuration.access.issuers = issuers
        configuration.access.longestToken = .seconds(longestToken)
        configuration.access.sessionLifetime = .seconds(sessionLifetime)
        configuration.issuesTokens = issuesTokens
        configuration.allowedHosts = allowedHosts
        if let certificates, let key { configuration.tls = TLSIdentity(certificates: certificates, key: key) }
        if let revoked { configuration.revocations = try Self.revocations(revoked) }
        if let token = environment["STARLING_ADMIN_TOKEN"], !token.isEmpty {
            guard token.utf8.count >= 16 else { throw ValidationError("STARLING_ADMIN_TOKEN: it needs 16 bytes at least") }
            configuration.accessTokens.append(AccessToken(token: token, identity: "administrator", isAdministrator: true))
            // An administrator's token is no reason to ask everybody for one.
            if secretFile == nil, jwks == nil, environment["STARLING_TOKEN_SECRET"] == nil {
                configuration.access.allowsAnonymous = true
            }
        }
        return try await keys(environment)
    }

    private func keys(_ environment: [String: String]) async throws -> (any TokenKeys)? {
        let secrets = try TokenSecrets.read(file: secretFile, environment)
        guard !secrets.isEmpty || jwks != nil else {
            guard !issuesTokens else { throw ValidationError("--dev-tokens: give a secret to make tokens with, --token-secrets") }
            return nil
        }
        let keySet = try jwks.map { try Self.text($0, "--jwks") }
        do throws(TokenKeyError) {
            return try await JWTKeys(secrets: secrets, keySet: keySet)
        } catch {
            throw ValidationError("\(secretFile ?? jwks ?? "STARLING_TOKEN_SECRET"): \(error)")
        }
    }

    private static func revocations(_ file: String) throws -> [Revocation] {
        var revocations: [Revocation] = []
        for (index, line) in try text(file, "--revoked").split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            guard let revocation = Revocation(line: line) else {
                throw ValidationError("\(file):\(index + 1): write 'jti ID' or 'sub IDENTITY'")
            }
            revocations.append(revocation)
        }
        return revocations
    }

    static func text(_ file: String, _ option: String) throws -> String {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw ValidationError("\(option) \(file): there is no such file, or it is not text")
        }
        return text
    }
}
