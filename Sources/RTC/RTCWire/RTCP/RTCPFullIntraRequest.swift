/// One entry of a FIR: a source that is asked for a key frame (RFC 5104 §4.3.1).
public struct RTCPFullIntraRequest: Hashable, Sendable {
    public var ssrc: UInt32
    /// Goes up by one with each new request; a repeated number is a retransmission.
    public var sequenceNumber: UInt8

    public init(ssrc: UInt32, sequenceNumber: UInt8) {
        self.ssrc = ssrc
        self.sequenceNumber = sequenceNumber
    }
}
