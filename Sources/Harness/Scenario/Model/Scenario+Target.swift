extension Scenario {
    /// The server under test.
    public struct Target: Sendable, Hashable {
        /// The dialect that the bots speak.
        public enum SignalingProtocol: String, Sendable, Hashable, CaseIterable {
            /// The reference server's own.
            case starling
        }

        public enum Address: Sendable, Hashable {
            /// The reference server, started for the run.
            case embedded
            /// A `ws://` address.
            case url(String)
        }

        /// Who sends media to whom.
        public enum Mode: String, Sendable, Hashable, CaseIterable {
            /// Each to each other.
            case mesh
        }

        public var signalingProtocol: SignalingProtocol
        public var address: Address
        public var mode: Mode

        public init(signalingProtocol: SignalingProtocol, address: Address, mode: Mode) {
            self.signalingProtocol = signalingProtocol
            self.address = address
            self.mode = mode
        }
    }
}
