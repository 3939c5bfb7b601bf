import FuzzSupport
import RTCCore
import RTCICE

/// Candidate lines (RFC 8839 §5.1) and addresses: what is understood survives being written.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let text = String(decoding: UnsafeRawBufferPointer(start: start, count: size), as: UTF8.self)
    if let candidate = try? IceCandidate(parsing: text) {
        promise((try? IceCandidate(parsing: candidate.sdpValue)) == candidate, "a candidate survives being written: \(candidate)")
    }
    if let address = SocketAddress(text, port: 1) {
        promise(SocketAddress(address.host, port: 1) == address, "an address survives being written: \(address)")
    }
    return 0
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    let words = [
        "candidate:", "a=", " udp ", " tcp ", " typ host", " typ srflx", " raddr ", " rport ", " ufrag ", " tcptype active",
        ".local",
    ]
    FuzzSeeds.writeIfAsked(seeds(), words: words)
    return 0
}

private func seeds() -> [[UInt8]] {
    let four = SocketAddress(ipv4: 0x0A00_0001, port: 5000)
    let six = SocketAddress(ipv6High: 0x2001_0DB8_0000_0000, low: 1, port: 6)
    let lines = [
        IceCandidate(foundation: "1", priority: 2_130_706_431, address: four, kind: .host).sdpValue,
        IceCandidate(foundation: "a/+", priority: 1, address: six, kind: .serverReflexive, relatedAddress: four, ufrag: "next")
            .sdpValue,
        "a=candidate:1 1 udp 1 7a6b6a5e-6a0f-4c0e-9b51-2f9d3d2f1c11.local 9 typ host generation 0 network-cost 50",
        "candidate:1 1 tcp 1 10.0.0.1 9 typ host tcptype active",
        "candidate:1 1 TCP 1 10.0.0.1 80 typ host tcptype passive ufrag abcd", "fe80::1", "::ffff:10.0.0.1", "255.255.255.255",
    ]
    return lines.map { Array($0.utf8) }
}
