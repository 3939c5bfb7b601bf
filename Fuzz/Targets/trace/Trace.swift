import FuzzSupport
import NetworkImpairment

/// Recorded networks, mahimahi's lines and CSV: what is understood survives being written.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let bytes = Array(UnsafeRawBufferPointer(start: start, count: size))
    guard let trace = try? NetworkTrace.parse(bytes, path: "a.csv") else { return 0 }
    guard let csv = trace.csv else { return 0 }
    promise((try? NetworkTrace.parse(Array(csv.utf8), path: "b.csv")) != nil, "a trace survives being written: \(csv)")
    return 0
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    let seeds = [
        "# mahimahi\n1\n2\n2\n10\n", "t_ms,rate_kbps,delay_ms,loss\n0,1000,20,0.01\n100,500,30.5,0\n250,0,0,1\n",
        "t_ms,loss\n0,1e-3\n", "loss,t_ms\n0.5,0\n",
    ]
    FuzzSeeds.writeIfAsked(seeds.map { Array($0.utf8) }, words: NetworkTrace.columns + [",", "\n", "#", "1e", "."])
    return 0
}
