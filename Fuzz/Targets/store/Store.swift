import FuzzSupport
import Operations
import RTCCore
import RoomCore
import ServerFronts
import SignalingProtocol
import Store

/// What clients tell of their calls, from the body of a request to rows and metrics, and the journal of them under a store that fails.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var input = FuzzInput(UnsafeRawBufferPointer(start: start, count: size))
    var metrics = ServerMetrics()
    let writes = tell(input.text(), &metrics)
    let calls = metrics.call
    let sums = [calls.duration, calls.setup, calls.roundTrip, calls.jitter, calls.loss, calls.bitrate, calls.health].map(\.sum)
    promise(sums.allSatisfy { $0.isFinite && $0 < 1e25 }, "one client does not drown the others' figures: \(sums)")
    promise(!MetricsText.write(metrics.families).isEmpty, "metrics are text")
    keep(writes, &input)
    return 0
}

private func tell(_ text: String, _ metrics: inout ServerMetrics) -> [StoreWrite] {
    var chronicle = Chronicle(server: 1) { "v" + $0 }
    let reports: [CallReport]
    do {
        reports = try CallReport.parse(text)
    } catch {
        promise(!error.message.isEmpty && error.code.status < 500, "a refusal says why, and is the client's: \(error)")
        return []
    }
    guard let again = try? CallReport.parse(CallReport.text(reports)) else { fatalError("what is written cannot be read") }
    promise(again == reports, "what is read survives being written")
    for report in reports {
        promise((0...100).contains(report.health), "health is from 0 to 100: \(report.health)")
        promise((0...1).contains(report.loss ?? 0) && (0...1).contains(report.freezeRatio ?? 0), "shares are from 0 to 1")
        metrics.call.add(report)
    }
    let writes = chronicle.write(reports, of: "p_1", at: 0)
    for case .put(let row) in writes {
        for (column, value) in zip(row.table.columns, row.values) {
            let isOfItsKind =
                switch (column.kind, value) {
                case (_, .null), (.integer, .integer), (.text, .text): true
                case (.real, .real(let number)): number.isFinite
                default: false
                }
            promise(isOfItsKind, "'\(column.name)' is \(column.kind), not \(value)")
        }
    }
    return writes
}

/// Nothing is written twice in one batch, out of order, or lost but where it is counted.
private func keep(_ writes: [StoreWrite], _ input: inout FuzzInput) {
    var limits = JournalLimits()
    limits.batch = 4
    limits.waiting = 32
    var journal = Journal(limits: limits)
    var now = Instant.origin
    var (added, written, underWay) = (0, 0, 0)
    while !input.isEmpty {
        switch input.below(4) {
        case 0:
            for _ in 0...input.below(16) where !writes.isEmpty {
                journal.add(writes[added % writes.count], now: now)
                added += 1
            }
        case 1: now = now + .milliseconds(Int64(input.below(2000)))
        case 2:
            if let batch = journal.nextBatch(now: now, isLast: input.byte() & 1 == 0) {
                promise(underWay == 0 && (1...limits.batch).contains(batch.count), "one batch at a time, of a size")
                underWay = batch.count
            }
        default:
            guard underWay > 0 else { break }
            if input.byte() & 1 == 0 {
                written += underWay
                journal.finished(now: now)
            } else {
                journal.failed(now: now)
            }
            underWay = 0
        }
        promise(journal.waiting <= limits.waiting, "the journal is bounded")
        promise(written + journal.waiting + journal.dropped == added, "nothing is lost but what is counted")
    }
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    var audio = CallTrack(kind: .audio, mid: "0")
    (audio.packetsSent, audio.packetsReceived, audio.packetsLost) = (100, 98, 2)
    (audio.bytesReceived, audio.jitter, audio.roundTripTime) = (9000, 0.01, 0.05)
    var video = CallTrack(kind: .video, mid: "1")
    (video.framesReceived, video.frameWidth, video.totalFreezesDuration) = (300, 640, 0.5)
    let calls = [
        CallReport(remote: "p_2", outcome: .connected, duration: 10, setup: 0.2, tracks: [audio, video]),
        CallReport(remote: "p_3", outcome: .failed, duration: 0, tracks: []),
        CallReport(remote: "p_4", outcome: .connected, duration: 1e-300, tracks: [audio]),
    ]
    let steps: [UInt8] = [0, 0, 7, 1, 0, 100, 2, 1, 3, 0, 2, 1, 3, 1, 1, 4, 0, 2, 0, 3, 0]
    FuzzSeeds.writeIfAsked(
        [Array(CallReport.text(calls).utf8) + steps, Array(#"{"calls":[]}"#.utf8)],
        words: (CallTrack.counts.map(\.name) + CallTrack.durations.map(\.name)).map { "\"\($0)\":" }
            + ["\"remote\":", "\"outcome\":\"connected\"", "\"duration\":", "\"tracks\":[", "1e-300", "9007199254740991"])
    return 0
}
