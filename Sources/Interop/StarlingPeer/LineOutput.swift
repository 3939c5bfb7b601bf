import Glibc
import SignalingProtocol
import Synchronization

/// Standard output, one JSON object a line.
final class LineOutput: Sendable {
    private let guarded = Mutex<Void>(())

    func write(_ object: JSONObject) {
        let line = Array((JSON.object(object).text + "\n").utf8)
        guarded.withLock { _ in Self.write(line, to: STDOUT_FILENO) }
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                guard written > 0 else { return }
                rest = rest.dropFirst(written)
            }
        }
    }
}
