import AccessCore
import Foundation
import ServerFronts
import ServerSettings
import ServerTokens

/// Reads what settings only name: keys of tokens, what is revoked, the certificate. Nothing of what stands in these files is ever shown.
enum ServerAccess {
    static let administratorToken = "STARLING_ADMIN_TOKEN"
    private static let shortestAdministratorToken = 16

    /// Completes the configuration.
    ///
    /// - Returns: The keys whose tokens are believed; `nil` where there are none.
    static func read(
        _ settings: ServerSettings, _ environment: [String: String], into configuration: inout ServerConfiguration
    ) async throws(SettingProblems) -> (any TokenKeys)? {
        var problems: [SettingProblem] = []
        let keys = await keys(settings, environment, &problems)
        if settings.configuration.issuesTokens, settings.tokenSecretsFile == nil, environment[TokenSecrets.variable] == nil {
            problems.append(
                SettingProblem(
                    settings.place(of: "dev_tokens"),
                    "tokens are made with a secret: give 'token_secrets_file' (--token-secrets), or set \(TokenSecrets.variable)")
            )
        }
        if let file = settings.revokedFile {
            configuration.revocations = revocations(file, settings.place(of: "revoked_file"), &problems)
        }
        if let token = environment[administratorToken], !token.isEmpty {
            if token.utf8.count < shortestAdministratorToken {
                problems.append(SettingProblem(administratorToken, "it needs \(shortestAdministratorToken) bytes at least"))
            }
            configuration.accessTokens.append(AccessToken(token: token, identity: "administrator", isAdministrator: true))
            // An administrator's token is no reason to ask everybody for one.
            if keys == nil { configuration.access.allowsAnonymous = true }
        }
        if let identity = configuration.tls {
            do throws(ServerError) {
                try identity.check()
            } catch {
                problems.append(SettingProblem(settings.place(of: "tls_cert"), error.description))
            }
        }
        guard problems.isEmpty else { throw SettingProblems(problems: problems) }
        return keys
    }

    private static func keys(
        _ settings: ServerSettings, _ environment: [String: String], _ problems: inout [SettingProblem]
    ) async -> (any TokenKeys)? {
        let before = problems.count
        let place = settings.tokenSecretsFile == nil ? TokenSecrets.variable : settings.place(of: "token_secrets_file")
        var secrets: [JWTKeys.Secret] = []
        var keySet: String?
        do throws(SettingProblem) {
            secrets = try TokenSecrets.read(file: settings.tokenSecretsFile, place: place, environment)
        } catch {
            problems.append(error)
        }
        if let file = settings.keySetFile {
            do throws(SettingProblem) {
                keySet = try text(file, settings.place(of: "jwks_file"))
            } catch {
                problems.append(error)
            }
        }
        guard problems.count == before, !secrets.isEmpty || keySet != nil else { return nil }
        do throws(TokenKeyError) {
            return try await JWTKeys(secrets: secrets, keySet: keySet)
        } catch {
            let isOfSecret = if case .shortSecret = error { true } else { false }
            problems.append(SettingProblem(isOfSecret ? place : settings.place(of: "jwks_file"), error.description))
            return nil
        }
    }

    private static func revocations(_ file: String, _ place: String, _ problems: inout [SettingProblem]) -> [Revocation] {
        var revocations: [Revocation] = []
        do throws(SettingProblem) {
            let lines = try text(file, place).split(separator: "\n", omittingEmptySubsequences: false)
            for (index, line) in lines.enumerated() where !line.isEmpty && !line.hasPrefix("#") {
                if let revocation = Revocation(line: line) {
                    revocations.append(revocation)
                } else {
                    problems.append(SettingProblem("\(file):\(index + 1)", "write 'jti ID' or 'sub IDENTITY'"))
                }
            }
        } catch {
            problems.append(error)
        }
        return revocations
    }

    /// - Parameter place: Where the file is named, which is shown in its stead: somebody may have written a secret there.
    static func text(_ file: String, _ place: String) throws(SettingProblem) -> String {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw SettingProblem(place, "there is no file of this name, or it is not text")
        }
        return text
    }
}
