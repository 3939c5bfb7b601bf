extension Scenario {
    /// The server under test.
    public struct Target: Sendable, Hashable {
        /// The dialect that the bots speak.
        public enum SignalingProtocol: String, Sendable, Hashable, CaseIterable {
            /// The reference server's own.
            case starling
            /// The VideoRoom of Janus, over WebSocket.
            case janus
            /// Whatever a child program of each bot's own speaks.
            case exec
            /// A PeerJS server.
            case peerjs
            /// Any room service on Socket.IO, by a mapping.
            case socketio
            /// Any room service that speaks JSON over WebSocket, by a mapping.
            case websocket
        }

        public enum Address: Sendable, Hashable {
            /// The reference server, started for the run.
            case embedded
            /// A `ws://` or `wss://` address.
            case url(String)
            /// A program and its arguments, started for each bot.
            case program([String])
        }

        /// Who sends media to whom.
        public enum Mode: String, Sendable, Hashable, CaseIterable {
            /// Each to each other.
            case mesh
            /// Each to the server, which forwards it to those who subscribe.
            case sfu
        }

        public var signalingProtocol: SignalingProtocol
        public var address: Address
        public var mode: Mode
        /// What a Janus server asks for.
        public var janus: Janus
        /// What the service calls what; `nil` for a dialect that is known.
        public var mapping: MappingFile?
        /// The token that every bot shows, and what a mapping's `${token}` stands for.
        public var token: String?
        /// With which each bot's own token is made, and whose tokens the embedded server asks for.
        public var tokenSecret: String?
        /// A PEM file with the certificates by which a `wss://` address is trusted; `nil` for those of the system.
        public var authorities: String?
        /// PeerJS: the server's key; `nil` for its default.
        public var key: String?

        public init(
            signalingProtocol: SignalingProtocol, address: Address, mode: Mode, janus: Janus = Janus(),
            mapping: MappingFile? = nil, token: String? = nil
        ) {
            self.signalingProtocol = signalingProtocol
            self.address = address
            self.mode = mode
            self.janus = janus
            self.mapping = mapping
            self.token = token
        }
    }
}

extension Scenario.Target.SignalingProtocol {
    /// The modes that its servers have, the default first.
    public var modes: [Scenario.Target.Mode] {
        switch self {
        case .starling, .exec, .peerjs, .socketio, .websocket: [.mesh]
        case .janus: [.sfu]
        }
    }

    /// Whether a file says what the service calls what.
    public var isMapped: Bool { self == .socketio || self == .websocket }
}
