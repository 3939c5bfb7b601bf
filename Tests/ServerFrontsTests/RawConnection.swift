import NIOCore
import NIOPosix

/// A TCP connection that writes WebSocket frames by hand, right or wrong.
struct RawConnection {
    struct Frame: Equatable {
        var opcode: UInt8
        var payload: [UInt8]

        var text: String { String(decoding: payload, as: UTF8.self) }
        /// The code of a close frame.
        var closeCode: UInt16? {
            opcode == 8 && payload.count >= 2 ? UInt16(payload[0]) << 8 | UInt16(payload[1]) : nil
        }
    }

    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var bytes: [UInt8] = []

    static func with<Outcome: Sendable>(
        port: Int, _ body: @Sendable (inout RawConnection) async throws -> Outcome
    ) async throws -> Outcome {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        var outcome: Outcome?
        do {
            try await channel.executeThenClose { inbound, outbound in
                var connection = RawConnection(inbound: inbound.makeAsyncIterator(), outbound: outbound)
                outcome = try await body(&connection)
            }
        } catch {
            // The server may have closed first, and then our own closing fails.
            guard outcome != nil else { throw error }
        }
        guard let outcome else { throw ChannelError.eof }
        return outcome
    }

    static func upgrade(headers: [String] = [], path: String = "/ws", subprotocol: String? = "starling.v1") -> String {
        var lines = [
            "GET \(path) HTTP/1.1", "Host: localhost", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ]
        if let subprotocol { lines.append("Sec-WebSocket-Protocol: \(subprotocol)") }
        return (lines + headers + ["", ""]).joined(separator: "\r\n")
    }

    func send(raw bytes: [UInt8]) async throws {
        try await outbound.write(ByteBuffer(bytes: bytes))
    }

    func send(raw text: String) async throws {
        try await send(raw: Array(text.utf8))
    }

    func send(text: String) async throws {
        try await send(raw: Self.frame(opcode: 1, Array(text.utf8)))
    }

    static func frame(opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, isMasked: Bool = true) -> [UInt8] {
        var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | opcode]
        let mask: UInt8 = isMasked ? 0x80 : 0
        switch payload.count {
        case ..<126: bytes.append(mask | UInt8(payload.count))
        case ..<65536: bytes += [mask | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default: bytes += [mask | 127] + (0..<8).map { UInt8(payload.count >> (56 - 8 * $0) & 255) }
        }
        guard isMasked else { return bytes + payload }
        let key: [UInt8] = [1, 2, 3, 4]
        return bytes + key + payload.enumerated().map { $1 ^ key[$0 & 3] }
    }

    /// - Returns: `false` at the end of the stream.
    private mutating func readMore() async throws -> Bool {
        guard let buffer = try await inbound.next() else { return false }
        bytes += Array(buffer.readableBytesView)
        return true
    }

    /// The head of an HTTP response.
    mutating func head() async throws -> String {
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n") {
                bytes.removeFirst(text[..<end.upperBound].utf8.count)
                return String(text[..<end.lowerBound])
            }
            guard try await readMore() else { return text }
        }
    }

    /// One HTTP response: its head, and a body of the length that the head says.
    mutating func response() async throws -> (head: String, body: String) {
        let head = try await head()
        let field = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
        let length = field.flatMap { Int($0.drop { $0 != " " }.dropFirst()) } ?? 0
        while bytes.count < length, try await readMore() {}
        let body = String(decoding: bytes.prefix(length), as: UTF8.self)
        bytes.removeFirst(min(length, bytes.count))
        return (head, body)
    }

    /// Everything until the other side closes.
    mutating func rest() async throws -> String {
        while try await readMore() {}
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The next frame; `nil` where the stream ends.
    mutating func frame() async throws -> Frame? {
        while true {
            if let frame = takeFrame() { return frame }
            guard try await readMore() else { return nil }
        }
    }

    private mutating func takeFrame() -> Frame? {
        guard bytes.count >= 2 else { return nil }
        var length = Int(bytes[1] & 0x7F)
        var start = 2
        if length >= 126 {
            let size = length == 126 ? 2 : 8
            guard bytes.count >= 2 + size else { return nil }
            length = bytes[2..<2 + size].reduce(0) { $0 << 8 | Int($1) }
            start += size
        }
        guard bytes.count >= start + length else { return nil }
        let frame = Frame(opcode: bytes[0] & 15, payload: Array(bytes[start..<start + length]))
        bytes.removeFirst(start + length)
        return frame
    }

    /// The code with which the server closes, after whatever else it says.
    mutating func closeCode() async throws -> UInt16? {
        while let frame = try await frame() {
            if let code = frame.closeCode { return code }
        }
        return nil
    }
}

extension StringProtocol {
    fileprivate func range(of other: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(other) { return start..<index(start, offsetBy: other.count) }
            start = index(after: start)
        }
        return nil
    }
}
