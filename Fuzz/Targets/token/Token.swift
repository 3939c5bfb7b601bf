import FuzzSupport

/// Tokens at the gate: those that issuers wrote, damaged, of strange keys, too late, revoked, used, and text that is none; under keys of
/// jwt-kit, and under handmade ones that sign any header and payload. Sets of keys, too.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var input = FuzzInput(UnsafeRawBufferPointer(start: start, count: size))
    guard input.byte() & 15 != 15 else {
        let reason = Keys.refusal(ofSet: input.text())
        promise(reason?.isEmpty != true, "a refusal says why")
        return 0
    }
    let visitors = Visitors(&input)
    while !input.isEmpty { visitors.step(&input) }
    return 0
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    let claims = #"{"sub":"ana","aud":"starling","iat":1700000000,"exp":1700000500,"#
    let payloads = [
        claims + #""starling":{"v":1,"room":"r","role":"host","once":true},"jti":"j"}"#,
        claims + #""starling":{"rooms":["a*","b?"],"perms":["chat"],"sources":["camera"],"lobby":"skip","dup":"allow"}}"#,
        claims + #""starling":{"admin":true,"attrs":{"a":1},"tenant":"t","ttl_session":60,"hidden":true},"nbf":1700000000.5}"#,
        claims + #""video":{"roomJoin":true,"room":"r","canPublish":false,"canPublishSources":["camera"]},"iss":"i"}"#,
    ]
    // Signed by hand and shown; damaged; later.
    let signed = payloads.map { payload -> [UInt8] in
        let token = Array(#"{"alg":"HS256"}"#.utf8) + [0] + Array(payload.utf8) + [0]
        return [0, 1, 3] + token + [0, 4, 1, 4, 1, 5, 1, 0, 30, 1, 0, 3, 5, 1, 0, 9, 0, 2, 1, 1, 0, 6, 2, 88, 4, 1, 7, 0, 4, 1]
    }
    FuzzSeeds.writeIfAsked(
        signed + [
            // Wishes, by each issuer; a strange one; once, and once more; revoked; late.
            [0, 0]
                + [[UInt8]]([
                    [1, 0, 1, 0, 128, 0, 4, 1], [1, 1, 1, 0, 128, 1, 4, 2], [1, 8, 1, 0, 128, 2, 4, 3],
                    [1, 16, 1, 0, 128, 3, 4, 4],
                    [1, 0, 1, 0, 128, 4, 4, 5], [1, 96, 1, 0, 128, 0, 4, 6, 4, 6], [7, 0, 4, 1], [6, 1, 90, 6, 1, 90, 4, 2],
                ]).joined(),
            [0, 0, 2, 0, 1, 0, 128, 2, 8, 0, 3, 1, 0, 4, 1], [0, 2, 0] + Array("e30.e30.AA".utf8),
            [15] + Array(Keys.publicSet.utf8),
        ],
        words: [
            "\"alg\":", "\"kid\":", "\"crit\":", "none", "HS256", "ES256", "EdDSA", "\"sub\":", "\"aud\":", "\"iss\":",
            "\"exp\":",
            "\"nbf\":", "\"iat\":", "\"jti\":", "\"starling\":{", "\"video\":{", "\"room\":", "\"rooms\":[", "\"role\":",
            "\"perms\":",
            "\"once\":true", "\"admin\":true", "\"ttl_session\":", "\"keys\":[", "\"kty\":", "\"crv\":", "1700000000", "1e18",
            "9007199254740991", "fixed",
        ])
    return 0
}
