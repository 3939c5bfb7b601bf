import AccessCore
import Foundation
import Runner
import Scenario
import ServerSettings
import ServerTokens

/// The secrets of tokens, from a file or the environment.
enum TokenSecrets {
    static let variable = "STARLING_TOKEN_SECRET"

    /// With which the bots of a scenario make their tokens; `nil` where they have none.
    static func keys(of scenario: Scenario) async throws(RunError) -> (any TokenKeys)? {
        guard let secret = scenario.target.tokenSecret else { return nil }
        do throws(TokenKeyError) {
            return try await JWTKeys(secrets: [JWTKeys.Secret(bytes: Array(secret.utf8))])
        } catch {
            throw .server("target.token_secret: \(error)")
        }
    }

    /// - Parameters:
    ///   - file: One secret a line, `SECRET` or `KID SECRET`; `nil` for the environment.
    ///   - place: Where the file is named.
    static func read(
        file: String?, place: String, _ environment: [String: String]
    ) throws(SettingProblem) -> [JWTKeys.Secret] {
        guard let file else {
            guard let secret = environment[variable], !secret.isEmpty else { return [] }
            return [JWTKeys.Secret(bytes: Array(secret.utf8))]
        }
        var secrets: [JWTKeys.Secret] = []
        let lines = try ServerAccess.text(file, place).split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            let words = line.split(separator: " ").map(String.init)
            guard (1...2).contains(words.count), let secret = words.last else {
                throw SettingProblem("\(file):\(index + 1)", "write 'SECRET' or 'KID SECRET'")
            }
            guard secret.utf8.count >= JWTKeys.shortestSecret else {
                throw SettingProblem("\(file):\(index + 1)", "\(TokenKeyError.shortSecret(bytes: secret.utf8.count))")
            }
            secrets.append(JWTKeys.Secret(name: words.count == 2 ? words[0] : nil, bytes: Array(secret.utf8)))
        }
        guard !secrets.isEmpty else { throw SettingProblem(place, "there is no secret in this file; write one a line") }
        return secrets
    }
}
