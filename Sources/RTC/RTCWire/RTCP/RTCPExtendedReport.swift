/// An XR packet (RFC 3611); of its blocks, those that give a receiver a round-trip time are read.
public struct RTCPExtendedReport: Hashable, Sendable {
    public var ssrc: UInt32
    public var blocks: [Block]

    public init(ssrc: UInt32, blocks: [Block]) {
        self.ssrc = ssrc
        self.blocks = blocks
    }

    public enum Block: Hashable, Sendable {
        /// RRTR: the receiver's wall clock, 32.32 fixed point (RFC 3611 §4.4).
        case receiverReferenceTime(ntp: UInt64)
        /// DLRR: the answer to it (RFC 3611 §4.5).
        case lastReceiverReports([LastReceiverReport])
        /// Any other block, its content a multiple of four bytes.
        case other(type: UInt8, typeSpecific: UInt8, content: [UInt8])
    }

    /// When the last reference time of a receiver came.
    public struct LastReceiverReport: Hashable, Sendable {
        /// The receiver.
        public var ssrc: UInt32
        /// The middle 32 bits of its NTP time; 0 if there was none.
        public var lastRR: UInt32
        /// From its arrival to this packet, in 65,536ths of a second.
        public var delaySinceLastRR: UInt32

        public init(ssrc: UInt32, lastRR: UInt32, delaySinceLastRR: UInt32) {
            self.ssrc = ssrc
            self.lastRR = lastRR
            self.delaySinceLastRR = delaySinceLastRR
        }
    }
}
