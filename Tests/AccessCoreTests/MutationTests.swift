import AccessCore
import HandmadeTokens
import MutatedInput
import RTCCore
import SignalingProtocol
import Testing

@Suite("Damaged tokens")
struct MutationTests {
    @Test("ten thousand damaged tokens are refused, but for those whose damage is none")
    func mutations() {
        let whole = HandmadeTokens.token(["jti": "j", "name": "Ana"], starling: #"{"rooms":["a*"],"role":"host"}"#)
        var gate = GateTests.gate()
        var mutator = Mutator(seed: 11)
        for _ in 0..<10_000 {
            let text = String(decoding: mutator.mutate([Array(whole.utf8)]), as: UTF8.self)
            let isIn = (try? gate.admit(text, now: .origin).get()) != nil
            #expect(!isIn || text == whole)
        }
    }

    @Test("base64url comes back as it was, and has one form only")
    func base64() {
        for count in 0..<70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
        #expect(Base64URL.decode("QQ") == [65] && Base64URL.decode("QR") == nil && Base64URL.decode("Q") == nil)
        #expect(Base64URL.decode("QQ==") == nil && Base64URL.decode("Q+") == nil)
    }
}
