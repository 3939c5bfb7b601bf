internal import CStarlingOpenSSL

/// One end of one TLS connection: records in, text out, and the other way round. It touches no socket.
final class TLSConnection {
    private let tls: OpaquePointer

    init(_ tls: OpaquePointer) {
        self.tls = tls
    }

    deinit {
        starling_tls_free(tls)
    }

    var isSecuring: Bool { starling_tls_status(tls) == Int32(STARLING_TLS_SECURING) }
    var isOpen: Bool { starling_tls_status(tls) == Int32(STARLING_TLS_OPEN) }
    var hasFailed: Bool { starling_tls_status(tls) == Int32(STARLING_TLS_FAILED) }

    /// What went wrong, for people; empty where nothing has.
    var failure: String { String(cString: starling_tls_failure(tls)) }

    func put(_ bytes: UnsafeRawBufferPointer) -> Bool {
        starling_tls_put(tls, bytes.baseAddress, bytes.count) == 1
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        starling_tls_read(tls, buffer.baseAddress, buffer.count)
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.isEmpty || starling_tls_write(tls, bytes.baseAddress, bytes.count) == 1
    }

    func take(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        starling_tls_take(tls, buffer.baseAddress, buffer.count)
    }

    func close() {
        starling_tls_close(tls)
    }
}
