import Foundation
import Testing

@Suite("starling serve --check-config", .timeLimit(.minutes(2)))
struct ServeCommandTests {
    private static let secret = "0123456789abcdef0123456789abcdef"

    @Test("files that settings name are read, and what is right is said to be")
    func right() throws {
        let folder = try Workspace()
        try folder.write("# first the new one\nk2 \(Self.secret)\n\(Self.secret)\n", to: "secrets")
        try folder.write("jti lost\nsub mallory\n", to: "revoked")
        try folder.write("token_secrets_file: secrets\nrevoked_file: revoked\nallow_hosts: [calls.test]\n", to: "server.yaml")
        let ending = try Starling.run(["serve", "--check-config", "--config", "server.yaml"], in: folder)
        #expect(ending.status == 0 && ending.output == "the settings are right\n", "\(ending.complaint)")
    }

    @Test("everything that is wrong in them is said at once, with its place, and nothing of a secret")
    func wrong() throws {
        let folder = try Workspace()
        try folder.write("k1 hush-hush\n", to: "secrets")
        try folder.write("jti lost\nmallory\n", to: "revoked")
        try folder.write(
            "port: 0\ntls_cert: nowhere.pem\ntls_key: nowhere.pem\ntoken_secrets_file: secrets\nrevoked_file: revoked\n",
            to: "server.yaml")
        let ending = try Starling.run(
            ["serve", "--check-config", "--config", "server.yaml", "--jwks", "hush.json"], in: folder,
            environment: ["STARLING_ADMIN_TOKEN": "hush"])
        #expect(ending.status == 2)
        let complaint = ending.complaint
        #expect(complaint.contains("secrets:1: a secret of 9 bytes"))
        #expect(complaint.contains("\n--jwks: there is no file of this name"))
        #expect(complaint.contains("\nrevoked:2: write 'jti ID' or 'sub IDENTITY'"))
        #expect(complaint.contains("\nSTARLING_ADMIN_TOKEN: it needs 16 bytes at least"))
        #expect(complaint.contains("\nserver.yaml:2: cannot serve TLS with the certificates in nowhere.pem"))
        #expect(!complaint.contains("hush"))
    }

    @Test("tokens are made for developers only with a secret")
    func developers() throws {
        let folder = try Workspace()
        let refused = try Starling.run(["serve", "--check-config", "--dev-tokens"], in: folder)
        #expect(refused.status == 2 && refused.complaint.contains("--dev-tokens: tokens are made with a secret"))
        let taken = try Starling.run(
            ["serve", "--check-config", "--dev-tokens"], in: folder, environment: ["STARLING_TOKEN_SECRET": Self.secret])
        #expect(taken.status == 0, "\(taken.complaint)")
    }
}
