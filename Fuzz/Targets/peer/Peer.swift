import FuzzSupport
import RTCCore
import RTCCrypto
import RTCICE
import RTCPeer
import RTCWire

/// A whole peer in a call with another one, and somebody who decides, step by step, what becomes of each datagram and each description:
/// it is delivered, damaged, repeated, dropped or made up, with or without the keys of the far side; and when time goes by.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var input = FuzzInput(UnsafeRawBufferPointer(start: start, count: size))
    let call = FuzzedCall(&input)
    while !input.isEmpty, call.steps < 400 { call.step(&input) }
    call.settle()
    return 0
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    // Calls that connect and play, then one hand after the other.
    let hands = UInt8(Hand.allCases.count)
    // The third and the fourth tell another certificate than there is.
    var seeds: [[UInt8]] = [[0, 8, 8, 8], [1, 8, 8, 8], [0x80, 0, 7, 8, 8], [0x81, 0, 7, 9, 0]]
    for hand in 0..<hands {
        for setting in UInt8(0)..<3 {
            var seed: [UInt8] = [setting, Hand.play.rawValue]
            for round in UInt8(0)..<4 { seed += [hand, round, round &* 37, 5, 1, 2, 3, 4, 5, 6, Hand.play.rawValue, 1] }
            seeds.append(seed)
        }
    }
    FuzzSeeds.writeIfAsked(seeds)
    return 0
}
