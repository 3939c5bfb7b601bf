import NIOCore
import Operations
import RTCCore
import RoomCore
import SignalingProtocol
import Store

/// What happened, for the store, the log and the figures.
extension ServerLoop {
    /// Writes a line into the log, where there is one that wants it.
    func write(_ line: @autoclosure () -> LogLine) {
        guard let log else { return }
        let line = line()
        if line.level >= log.level { log.write(line.text(at: unixNow) + "\n") }
    }

    func takeRecords() {
        while let record = rooms.core.nextRecord() {
            switch record {
            case .stats(_, let report): calls.add(report)
            case .heard(_, let wait): joins.add(wait.inSeconds)
            case .matched(_, let waits): for wait in waits { matchWaits.add(wait.inSeconds) }
            default: break
            }
            store?.take(record)
            write(record.logLine)
        }
        guard let error = store?.counts.error, error != lastStoreError else {
            if store?.counts.error == nil { lastStoreError = nil }
            return
        }
        lastStoreError = error
        write(LogLine(.error, "store_failed", ["error": .string(error)]))
    }

    /// Figures of the last hours, for people; `nil` where nothing is written down.
    func analytics(hours: Int) -> EventLoopFuture<JSONObject>? {
        let until = unixNow
        let since = until - Int64(hours) * 3_600_000
        return store?.read { store in try Analytics(store, since: since, until: until).json }
    }

    /// For Prometheus.
    var metricsText: String {
        MetricsText.write(metrics.families + ProcessMetrics.families(startedAt: Double(startedAt) / 1000))
    }
}
