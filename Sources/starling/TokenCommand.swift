import AccessCore
import ArgumentParser
import Foundation
import ServerSettings
import ServerTokens
import SignalingProtocol

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Make a token that lets its bearer into a room of the reference server.",
        discussion: "The secret is the first of --token-secrets, or STARLING_TOKEN_SECRET: the same that the server has.")

    @Option(help: ArgumentHelp("The room it is for; with * or ? a pattern of rooms.", valueName: "ROOM"))
    var room: String

    @Option(help: ArgumentHelp("Who its bearer is; without it one is drawn.", valueName: "IDENTITY"))
    var sub: String?

    @Option(help: "The name that others see.")
    var name: String?

    @Option(help: "host, cohost, speaker, viewer, bot or recorder; without it the room decides.")
    var role: Role?

    @Option(help: ArgumentHelp("For how long it is good for joining: 90s, 10m or 1h.", valueName: "TIME"))
    var ttl = TokenTime(seconds: 600)

    @Option(
        name: .customLong("session-ttl"), help: ArgumentHelp("How long the session lasts without a refresh.", valueName: "TIME"))
    var sessionLifetime: TokenTime?

    @Flag(help: "Good for one session.")
    var once = false

    @Flag(help: "Its bearer may use the administrative part of the HTTP API.")
    var admin = false

    @Option(help: "What 'iss' is to be.")
    var issuer: String?

    @Option(help: "What 'aud' is to be.")
    var audience = AccessPolicy().audience

    @Option(
        name: .customLong("token-secrets"),
        help: ArgumentHelp("The server's file of secrets; the first makes the token.", valueName: "FILE"))
    var secretFile: String?

    func run() async throws {
        let secrets: [JWTKeys.Secret]
        do throws(SettingProblem) {
            secrets = try TokenSecrets.read(
                file: secretFile, place: "--token-secrets", ProcessInfo.processInfo.environment)
        } catch {
            throw ValidationError(error.description)
        }
        guard let secret = secrets.first else {
            throw ValidationError("set \(TokenSecrets.variable) to the server's secret, or give --token-secrets FILE")
        }
        let wish = TokenWish(
            identity: sub ?? "u-" + Self.drawn(), room: room, name: name, role: role, lifetime: ttl.seconds,
            sessionLifetime: sessionLifetime?.seconds, isOnce: once, tokenID: Self.drawn(), issuer: issuer, isAdministrator: admin
        )
        let claims = wish.claims(at: Int64(Date().timeIntervalSince1970), audience: audience)
        do throws(TokenKeyError) {
            guard let token = try await JWTKeys(secrets: [secret]).token(claims: claims) else { throw TokenKeyError.noKeys }
            Console.say(token)
        } catch {
            throw ValidationError("\(secretFile ?? TokenSecrets.variable): \(error)")
        }
    }

    private static func drawn() -> String {
        Base64URL.encode((0..<12).map { _ in UInt8.random(in: .min ... .max) })
    }
}
