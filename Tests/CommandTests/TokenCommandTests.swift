import Foundation
import Testing

/// Tokens on the command line, and bots that show their own.
@Suite("Tokens", .serialized, .timeLimit(.minutes(10)))
struct TokenCommandTests {
    private static let secret = "0123456789abcdef0123456789abcdef"

    @Test("a token is one line in three parts, made with the secret of the environment")
    func token() throws {
        let folder = try Workspace()
        let ending = try Starling.run(
            ["token", "--room", "r", "--role", "host", "--name", "Ana", "--ttl", "10m"], in: folder,
            environment: ["STARLING_TOKEN_SECRET": Self.secret])
        #expect(ending.status == 0)
        #expect(ending.output.split(separator: "\n").count == 1 && ending.output.split(separator: ".").count == 3)
    }

    @Test("without a secret, or with one that is too short, nothing is made and the remedy is named")
    func refused() throws {
        let folder = try Workspace()
        let missing = try Starling.run(["token", "--room", "r"], in: folder, environment: ["STARLING_TOKEN_SECRET": ""])
        #expect(missing.status == 2 && missing.complaint.contains("--token-secrets FILE"))
        let short = try Starling.run(["token", "--room", "r"], in: folder, environment: ["STARLING_TOKEN_SECRET": "abc"])
        #expect(short.status == 2 && short.complaint.contains("openssl rand -hex 32"))
        try folder.write("# comment\nk1 short\n", to: "secrets")
        let file = try Starling.run(["token", "--room", "r", "--token-secrets", "secrets"], in: folder)
        #expect(file.status == 2 && file.complaint.contains("secrets:2: a secret of 5 bytes"))
    }

    @Test("bots show tokens of their own to an embedded server that asks for them, and the secret is written nowhere")
    func bots() throws {
        let folder = try Workspace()
        try folder.scenario()
        try folder.write(
            try folder.text("call.yaml").replacingOccurrences(
                of: "url: \"embedded\"", with: "url: \"embedded\", token_secret: \"${SECRET}\""), to: "call.yaml")
        let ending = try Starling.run(["run", "call.yaml"], in: folder, environment: ["SECRET": Self.secret])
        #expect(ending.status == 0 || ending.status == 3, "\(ending.output)\n\(ending.complaint)")
        #expect(!ending.output.contains(Self.secret) && !ending.complaint.contains(Self.secret))
    }
}
