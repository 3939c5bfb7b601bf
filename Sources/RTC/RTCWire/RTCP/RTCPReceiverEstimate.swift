/// The bandwidth that a receiver estimates for some sources together (REMB, draft-alvestrand-rmcat-remb-03 §2.2).
public struct RTCPReceiverEstimate: Hashable, Sendable {
    public var senderSSRC: UInt32
    /// Bits per second. The wire keeps the upper 18 significant bits, the rest is cut off.
    public var bitrate: UInt64
    /// The sources it speaks of, at most 255.
    public var ssrcs: [UInt32]

    public init(senderSSRC: UInt32, bitrate: UInt64, ssrcs: [UInt32]) {
        self.senderSSRC = senderSSRC
        self.bitrate = bitrate
        self.ssrcs = ssrcs
    }
}
