import Foundation
import Measurement
import Synchronization

/// The first Ctrl-C asks the run to end politely, the second ends the process.
struct Interruption: Sendable {
    private static let count = Atomic<Int>(0)

    /// - Parameter includesTermination: `SIGTERM`, with which a service is stopped, asks the same.
    init(includesTermination: Bool = false) {
        let handler: @convention(c) (Int32) -> Void = { _ in
            if Interruption.count.wrappingAdd(1, ordering: .relaxed).oldValue > 0 { _exit(ExitStatus.interrupted.rawValue) }
        }
        signal(SIGINT, handler)
        if includesTermination { signal(SIGTERM, handler) }
    }

    var isRequested: Bool { Self.count.load(ordering: .relaxed) > 0 }
}
