public import SignalingProtocol

/// How a room service that Starling did not write says what every room service says.
///
/// A message is a JSON value. Of Socket.IO it is an event's array, name first, and of an acknowledgement the array of its arguments; on a
/// plain WebSocket it is one text frame.
public struct RoomMapping: Hashable, Sendable {
    public enum Transport: String, Hashable, Sendable, CaseIterable {
        /// Bytes of a namespace of Socket.IO.
        public static let longestNamespace = 128

        /// Socket.IO 5 on Engine.IO 4, over WebSocket.
        case socketio
        /// One JSON value in each text frame.
        case websocket
    }

    /// Who of two makes the first offer.
    public enum Offerer: String, Hashable, Sendable, CaseIterable {
        case newcomer
        case resident
        /// Whose id comes first in the order of their bytes.
        case lowerID = "lower-id"
        case higherID = "higher-id"
    }

    /// Where this client's id comes from.
    public enum Identity: Hashable, Sendable {
        /// It draws one for each connection.
        case own
        /// The id of its Socket.IO socket.
        case socket
        /// A message of the server's.
        case told(Rule, MessagePath)
    }

    /// Which messages are meant.
    public struct Rule: Hashable, Sendable {
        public struct Condition: Hashable, Sendable {
            public var path: MessagePath
            public var value: JSON

            public init(path: MessagePath, value: JSON) {
                self.path = path
                self.value = value
            }
        }

        /// The message's name; `nil` for the acknowledgement of the join.
        public var event: String?
        public var conditions: [Condition]

        public init(event: String?, conditions: [Condition] = []) {
            self.event = event
            self.conditions = conditions
        }
    }

    /// Somebody came or went.
    public struct Person: Hashable, Sendable {
        public var rule: Rule
        /// `nil` in a service for two, who need no names.
        public var id: MessagePath?
        public var name: MessagePath?

        public init(rule: Rule, id: MessagePath? = nil, name: MessagePath? = nil) {
            self.rule = rule
            self.id = id
            self.name = name
        }
    }

    /// Who is there.
    public struct Roster: Hashable, Sendable {
        public var rule: Rule
        /// An array of people, or an object that has them by their ids.
        public var people: MessagePath?
        /// Inside of one of them; `nil` where the item or the key is the id.
        public var personID: MessagePath?
        public var personName: MessagePath?
        /// An array of `RTCIceServer`s.
        public var iceServers: MessagePath?

        public init(rule: Rule, people: MessagePath? = nil, personID: MessagePath? = nil, personName: MessagePath? = nil) {
            self.rule = rule
            self.people = people
            self.personID = personID
            self.personName = personName
        }
    }

    /// Something that one participant says to another, or to all.
    public struct Signal: Hashable, Sendable {
        public var rule: Rule
        /// `nil` in a service for two.
        public var from: MessagePath?
        /// For whom it is, where the service lets everybody hear it.
        public var to: MessagePath?
        /// The description, the candidate or the text; `nil` for what has none.
        public var content: MessagePath?

        public init(rule: Rule, from: MessagePath? = nil, to: MessagePath? = nil, content: MessagePath? = nil) {
            self.rule = rule
            self.from = from
            self.to = to
            self.content = content
        }
    }

    /// Something that is said again and again.
    public struct Keepalive: Hashable, Sendable {
        /// Whoever says something more often than this floods its server.
        public static let shortestInterval = Duration.milliseconds(100)

        public var interval: Duration
        public var message: MessageTemplate

        public init(interval: Duration, message: MessageTemplate) {
            self.interval = interval
            self.message = message
        }
    }

    /// A message that wants an answer.
    public struct Answer: Hashable, Sendable {
        public var rule: Rule
        public var message: MessageTemplate

        public init(rule: Rule, message: MessageTemplate) {
            self.rule = rule
            self.message = message
        }
    }

    /// What is said.
    public struct Said: Hashable, Sendable {
        public var hello: MessageTemplate?
        public var join: MessageTemplate
        public var leave: MessageTemplate?
        public var offer: MessageTemplate
        public var answer: MessageTemplate
        /// `nil` where candidates stand in the descriptions alone.
        public var candidate: MessageTemplate?
        public var endOfCandidates: MessageTemplate?
        public var bye: MessageTemplate?
        public var chat: MessageTemplate?
        public var react: MessageTemplate?
        public var raiseHand: MessageTemplate?
        public var lowerHand: MessageTemplate?
        public var keepalive: Keepalive?

        public init(join: MessageTemplate, offer: MessageTemplate, answer: MessageTemplate) {
            self.join = join
            self.offer = offer
            self.answer = answer
        }
    }

    /// What is heard.
    public struct Heard: Hashable, Sendable {
        /// `nil` where the join has no answer.
        public var joined: Roster?
        public var arrived: Person?
        public var left: Person?
        public var offer: Signal
        public var answer: Signal
        public var candidate: Signal?
        public var bye: Signal?
        public var chat: Signal?
        public var reaction: Signal?
        /// `content` says why.
        public var refused: Signal?
        public var ping: Answer?

        public init(offer: Signal, answer: Signal) {
            self.offer = offer
            self.answer = answer
        }
    }

    /// What service it is, in a sentence.
    public var title: String
    public var transport: Transport
    /// Of Socket.IO; it begins with `/` and has no comma, which would end it on the wire.
    public var namespace: String
    /// What goes with the connection to the namespace.
    public var auth: MessageTemplate?
    /// Where a message's name stands.
    public var eventPath: MessagePath
    public var offers: Offerer
    public var identity: Identity
    public var said: Said
    public var heard: Heard

    public init(
        title: String, transport: Transport, namespace: String = "/", auth: MessageTemplate? = nil,
        eventPath: MessagePath? = nil, offers: Offerer, identity: Identity = .own, said: Said, heard: Heard
    ) {
        self.title = title
        self.transport = transport
        self.namespace = namespace
        self.auth = auth
        self.eventPath = eventPath ?? MessagePath([transport == .socketio ? "0" : "type"])
        self.offers = offers
        self.identity = identity
        self.said = said
        self.heard = heard
    }

    func matches(_ rule: Rule, _ message: JSON, isAcknowledgement: Bool) -> Bool {
        guard isAcknowledgement == (rule.event == nil) else { return false }
        if let event = rule.event {
            guard eventPath.value(in: message)?.stringValue == event else { return false }
        }
        return rule.conditions.allSatisfy { $0.path.value(in: message) == $0.value }
    }

    /// Whether the join asks for an acknowledgement.
    var wantsAcknowledgement: Bool {
        transport == .socketio && (heard.joined.map { $0.rule.event == nil } ?? false)
    }
}
