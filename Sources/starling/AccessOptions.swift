import ArgumentParser

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

    @Option(name: .customLong("token-audience"), help: "What 'aud' of a token must have (default: starling).")
    var audience: String?

    @Option(name: .customLong("token-max-ttl"), help: "For how many seconds a token may be good for joining (default: 600).")
    var longestToken: Int?

    @Option(
        name: .customLong("session-ttl"),
        help: "After how many seconds a session ends without a refresh, where its token does not say (default: 3600).")
    var sessionLifetime: Int?

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

    /// What was given, by setting.
    var arguments: [(name: String, flag: String, values: [String])] {
        let all: [(String, String, [String])] = [
            ("token_secrets_file", "--token-secrets", secretFile.map { [$0] } ?? []),
            ("jwks_file", "--jwks", jwks.map { [$0] } ?? []), ("token_issuers", "--token-issuer", issuers),
            ("token_audience", "--token-audience", audience.map { [$0] } ?? []),
            ("token_max_ttl", "--token-max-ttl", longestToken.map { ["\($0)"] } ?? []),
            ("session_ttl", "--session-ttl", sessionLifetime.map { ["\($0)"] } ?? []),
            ("allow_anonymous", "--allow-anonymous", allowsAnonymous ? ["true"] : []),
            ("revoked_file", "--revoked", revoked.map { [$0] } ?? []),
            ("dev_tokens", "--dev-tokens", issuesTokens ? ["true"] : []),
            ("allow_hosts", "--allow-host", allowedHosts), ("tls_cert", "--tls-cert", certificates.map { [$0] } ?? []),
            ("tls_key", "--tls-key", key.map { [$0] } ?? []),
        ]
        return all.filter { !$0.2.isEmpty }.map { (name: $0.0, flag: $0.1, values: $0.2) }
    }
}
