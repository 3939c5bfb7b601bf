import FuzzSupport
import RTCCore
import RTCWire

/// Session descriptions (RFC 8866, RFC 9429): what is understood survives being written.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let text = String(decoding: UnsafeRawBufferPointer(start: start, count: size), as: UTF8.self)
    guard let session = try? SessionDescription(parsing: text) else { return 0 }
    let written = session.text
    guard let again = try? SessionDescription(parsing: written) else {
        fatalError("what was written cannot be read:\n\(written)")
    }
    promise(again == session, "a description survives being written:\n\(written)\nbecame\n\(again.text)")
    return 0
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    FuzzSeeds.writeIfAsked(SDPSeeds.all.map { Array($0.utf8) }, words: SDPSeeds.words)
    return 0
}
