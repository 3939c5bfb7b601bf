import FuzzSupport
import SignalingProtocol

/// The JSON reader of the signaling protocol (RFC 8259): what is understood survives being written.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let text = String(decoding: UnsafeRawBufferPointer(start: start, count: size), as: UTF8.self)
    guard let value = try? JSONParser.parse(text) else { return 0 }
    promise((try? JSONParser.parse(value.text)) == value, "a value survives being written: \(value.text)")
    return 0
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    let seeds = [
        #"{"a":[1,-2,3.5e-7,true,false,null,"b\u00e9\n\"\\"],"c":{"d":{}}}"#, "[[[[[[]]]]]]", "9007199254740991",
        #""\ud83d\ude00""#,
        "1e308", "-0.0", #"{"":0}"#,
    ]
    FuzzSeeds.writeIfAsked(
        seeds.map { Array($0.utf8) },
        words: ["{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "\\ud800", "\\udc00", "true", "false", "null", "e+", "-", "."])
    return 0
}
