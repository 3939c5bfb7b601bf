import RTCCore
import SignalingProtocol

/// Carries whole JSON messages, whatever stands around them on the wire.
struct MessageLink {
    enum Input: Equatable {
        /// - Parameter id: The server's name for this connection, where it has one.
        case opened(id: String?)
        case message(JSON)
        case acknowledged(Int64, JSON)
        /// The server will not have this client.
        case refused(String)
        /// What came is no message.
        case broken(String)
        /// Nothing has come for longer than the server promised.
        case silent
    }

    private enum Wire {
        case plain
        case socketIO(SocketIOLink)
    }

    private var wire: Wire
    private var texts = Outbox<String>()
    private var inputs = Outbox<Input>()

    static func plain() -> MessageLink { MessageLink(wire: .plain) }

    static func socketIO(namespace: String, auth: JSON?) -> MessageLink {
        MessageLink(wire: .socketIO(SocketIOLink(namespace: namespace, auth: auth)))
    }

    private init(wire: Wire) {
        self.wire = wire
    }

    mutating func opened(now: Instant) {
        // A server of Socket.IO speaks first.
        if case .plain = wire { inputs.append(.opened(id: nil)) }
    }

    mutating func received(_ text: String, now: Instant) {
        switch wire {
        case .plain:
            do {
                inputs.append(.message(try JSONParser.parse(text)))
            } catch {
                inputs.append(.broken("a message that is not JSON: \(error.reason) at byte \(error.offset)"))
            }
        case .socketIO(var link):
            link.received(text, now: now)
            take(&link)
        }
    }

    /// - Returns: The number of the acknowledgement that is awaited.
    @discardableResult
    mutating func send(_ message: JSON, acknowledged: Bool = false) -> Int64? {
        switch wire {
        case .plain:
            texts.append(message.text)
            return nil
        case .socketIO(var link):
            let number = link.send(message, acknowledged: acknowledged)
            take(&link)
            return number
        }
    }

    mutating func advance(to now: Instant) {
        guard case .socketIO(var link) = wire else { return }
        link.advance(to: now)
        take(&link)
    }

    var deadline: Instant? {
        if case .socketIO(let link) = wire { link.deadline } else { nil }
    }

    private mutating func take(_ link: inout SocketIOLink) {
        while let text = link.texts.next() { texts.append(text) }
        while let input = link.inputs.next() { inputs.append(input) }
        wire = .socketIO(link)
    }

    mutating func nextText() -> String? { texts.next() }
    mutating func nextInput() -> Input? { inputs.next() }
}
