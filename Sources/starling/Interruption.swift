import Foundation
import Measurement
import Synchronization

/// The first Ctrl-C asks the run to end politely, the second ends the process.
struct Interruption: Sendable {
    private static let count = Atomic<Int>(0)

    init() {
        signal(SIGINT) { _ in
            if Interruption.count.wrappingAdd(1, ordering: .relaxed).oldValue > 0 { _exit(ExitStatus.interrupted.rawValue) }
        }
    }

    var isRequested: Bool { Self.count.load(ordering: .relaxed) > 0 }
}
