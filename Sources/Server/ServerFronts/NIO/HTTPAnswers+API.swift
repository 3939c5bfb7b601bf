import NIOCore
import NIOHTTP1
import SignalingProtocol
import SocketIOSessions

extension HTTPAnswers {
    /// A request to the API whose body is still to come.
    struct Asked {
        let head: HTTPRequestHead
        /// `nil` once it is known to be too large.
        var body: ByteBuffer? = ByteBuffer()

        mutating func append(_ bytes: inout ByteBuffer) {
            guard let size = body?.readableBytes, size + bytes.readableBytes <= HTTPAPI.largestBody else {
                body = nil
                return
            }
            body?.writeBuffer(&bytes)
        }

        var text: String? {
            body.flatMap { try? $0.getUTF8ValidatedString(at: $0.readerIndex, length: $0.readableBytes) }
        }
    }

    /// What may be asked of a path from a page of another origin.
    static func preflight(_ origin: [(String, String)], _ methods: String) -> [(String, String)] {
        origin + [
            ("Access-Control-Allow-Methods", methods), ("Access-Control-Allow-Headers", "Content-Type, Authorization"),
            ("Access-Control-Max-Age", "600"),
        ]
    }
}
