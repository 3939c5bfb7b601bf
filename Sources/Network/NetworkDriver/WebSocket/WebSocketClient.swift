internal import RTCCore

/// The client's end of one WebSocket (RFC 6455): told the bytes that come, it says what happened and what is to be sent.
///
///             accepted           close            their Close, or the stream's end
///   opening ───────────▶ open ─────────▶ closing ─────────────────────────────────▶ over
///      │                  │
///      └─ refused ────────┴─ their Close, the stream's end, what no server may send ──▶ over
///
/// Text goes both ways; pings are answered. Binary messages have no meaning here, and are counted.
package struct WebSocketClient {
    private enum Phase {
        case opening
        case open
        case closing(code: UInt16, reason: String)
        case over
    }

    /// The longest message that is taken, in bytes.
    package static let longestMessage = 4 << 20

    private let target: String
    private let opening: WebSocketOpening
    private var phase = Phase.opening
    /// What has come of a frame, or of the answer to the handshake, that is not whole yet.
    private var unread: [UInt8] = []
    /// The message of which a part has come.
    private var parts: (opcode: WebSocketFrame.Opcode, bytes: [UInt8])?
    private var masks: SplitMix64
    private var events = OutputQueue<SignalingEvent>()
    private var outgoing: [UInt8] = []
    /// Binary messages that came.
    package private(set) var ignored: UInt64 = 0

    /// Asks for the upgrade at once.
    ///
    /// - Parameters:
    ///   - subprotocol: What is offered (RFC 6455 §1.9); `nil` for none.
    ///   - seed: Of the handshake's key and of the masks. Those keep somebody who chooses the text from talking to what lies between (RFC 6455 §10.3),
    ///     so the seed should be one that nobody knows.
    package init(_ url: SignalingURL, subprotocol: String?, seed: UInt64) {
        target = url.authority
        var random = SplitMix64(seed: seed)
        let key = (0..<16).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        masks = random
        opening = WebSocketOpening(subprotocol: subprotocol, key: key)
        outgoing += Array(opening.request(url).utf8)
    }

    package var isOpening: Bool {
        if case .opening = phase { true } else { false }
    }

    package var isClosing: Bool {
        if case .closing = phase { true } else { false }
    }

    /// Nothing more comes of it; what is still to be sent is its last word.
    package var isOver: Bool {
        if case .over = phase { true } else { false }
    }

    package mutating func nextEvent() -> SignalingEvent? { events.next() }

    package var hasOutgoing: Bool { !outgoing.isEmpty }

    /// Hands out all that is to be sent by now.
    package mutating func takeOutgoing<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        defer { outgoing.removeAll(keepingCapacity: outgoing.capacity <= Self.keptCapacity) }
        return outgoing.withUnsafeBytes(body)
    }

    /// A connection that is idle keeps no more than this, in bytes.
    private static let keptCapacity = 4096

    /// What a server makes of a handshake's key, to show that it understood (RFC 6455 §4.2.2).
    package static func accept(of key: String) -> String { WebSocketOpening.accept(of: key) }

    // MARK: - Speaking

    /// Has no effect before it is open and once it is closing.
    package mutating func send(_ text: String) {
        guard case .open = phase else { return }
        var text = text
        text.withUTF8 { append(.text, UnsafeRawBufferPointer($0)) }
    }

    /// - Parameter reason: Cut to what a control frame holds (RFC 6455 §5.5).
    package mutating func close(code: UInt16, reason: String) {
        switch phase {
        case .opening:
            end(nil, "closed before it was open")
        case .open:
            phase = .closing(code: code, reason: reason)
            sayClose(code, reason)
        case .closing, .over:
            break
        }
    }

    private mutating func append(_ opcode: WebSocketFrame.Opcode, _ payload: UnsafeRawBufferPointer) {
        WebSocketFrame.append(opcode, payload, mask: UInt32(truncatingIfNeeded: masks.next()), to: &outgoing)
    }

    private mutating func sayClose(_ code: UInt16?, _ reason: String) {
        guard let code else { return append(.close, UnsafeRawBufferPointer(start: nil, count: 0)) }
        var text = reason
        while text.utf8.count > WebSocketFrame.longestControl - 2 { text.removeLast() }
        let payload = [UInt8(code >> 8), UInt8(code & 0xFF)] + Array(text.utf8)
        payload.withUnsafeBytes { append(.close, $0) }
    }

    // MARK: - Hearing

    /// Takes what came; where it is cut makes no difference.
    package mutating func receive(_ bytes: UnsafeRawBufferPointer) {
        guard !isOver else { return }
        if unread.isEmpty {
            let taken = read(bytes)
            if taken < bytes.count, !isOver { unread.append(contentsOf: bytes[taken...]) }
            return
        }
        var joined: [UInt8] = []
        swap(&joined, &unread)
        joined.append(contentsOf: bytes)
        let taken = joined.withUnsafeBytes { read($0) }
        guard taken < joined.count, !isOver else {
            joined.removeAll(keepingCapacity: joined.capacity <= Self.keptCapacity)
            return swap(&joined, &unread)
        }
        joined.removeFirst(taken)
        swap(&joined, &unread)
    }

    /// The stream has ended.
    ///
    /// - Parameter failure: Why, where it is not that the other side closed it.
    package mutating func streamEnded(_ failure: SignalingFailure?) {
        switch phase {
        case .closing(let code, let reason): end(code, reason)
        case .opening, .open: end(nil, (failure ?? .broken).reason(target))
        case .over: break
        }
    }

    /// - Returns: How many bytes are done with.
    private mutating func read(_ bytes: UnsafeRawBufferPointer) -> Int {
        var taken = 0
        if case .opening = phase {
            switch opening.judge(bytes) {
            case .incomplete:
                return 0
            case .refused(let failure):
                end(nil, failure.reason(target))
                return bytes.count
            case .accepted(let headSize):
                phase = .open
                events.append(.opened)
                taken = headSize
            }
        }
        while taken < bytes.count, !isOver {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[taken...])
            switch WebSocketFrame.read(rest, limit: Self.longestMessage) {
            case .incomplete:
                return taken
            case .malformed(let what):
                fail(1002, what)
            case .whole(let frame):
                take(frame, UnsafeRawBufferPointer(rebasing: rest[frame.headSize..<frame.size]))
                taken += frame.size
            }
        }
        return taken
    }

    private mutating func take(_ frame: WebSocketFrame, _ payload: UnsafeRawBufferPointer) {
        switch frame.opcode {
        case .text, .binary:
            guard parts == nil else { return fail(1002, "a message within another") }
            if frame.isFinal { return message(frame.opcode, payload) }
            parts = (frame.opcode, Array(payload))
        case .continuation:
            guard let size = parts?.bytes.count else { return fail(1002, "the rest of a message that did not begin") }
            guard size + payload.count <= Self.longestMessage else {
                return fail(1009, "a message of more than \(Self.longestMessage) bytes")
            }
            // In place: parts may be as small as the other side likes, and a copy for each would keep a worker from all its other machines.
            parts?.bytes.append(contentsOf: payload)
            guard frame.isFinal, let whole = parts.take() else { return }
            whole.bytes.withUnsafeBytes { message(whole.opcode, $0) }
        case .ping:
            if case .open = phase { append(.pong, payload) }
        case .pong:
            break
        case .close:
            closed(payload)
        }
    }

    private mutating func message(_ opcode: WebSocketFrame.Opcode, _ payload: UnsafeRawBufferPointer) {
        guard opcode == .text else {
            ignored += 1
            return
        }
        guard let text = String(validating: payload, as: UTF8.self) else { return fail(1007, "text that is no UTF-8") }
        events.append(.received(text))
    }

    private mutating func closed(_ payload: UnsafeRawBufferPointer) {
        guard payload.count != 1 else { return fail(1002, "a Close of one byte") }
        let code = payload.count >= 2 ? UInt16(payload[0]) << 8 | UInt16(payload[1]) : nil
        let reason = String(decoding: payload.dropFirst(2), as: UTF8.self)
        if case .open = phase { sayClose(code, "") }
        end(code ?? 1005, reason)
    }

    /// The other side is no WebSocket server.
    private mutating func fail(_ code: UInt16, _ what: String) {
        sayClose(code, what)
        end(nil, SignalingFailure.malformed(what).reason(target))
    }

    private mutating func end(_ code: UInt16?, _ reason: String) {
        phase = .over
        unread = []
        parts = nil
        events.append(.closed(code: code, reason: reason))
    }
}
