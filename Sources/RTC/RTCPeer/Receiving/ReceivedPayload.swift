public import RTCCore
public import RTCWire

/// One packet of media as it came, decrypted, for whoever wants the bytes themselves: to decode or to record them.
///
/// Packets come in the order of their arrival, late ones and duplicates included.
public struct ReceivedPayload {
    public let transceiver: Int
    /// Which of the transceiver's layers: 0 where there is one stream.
    public let layer: Int
    public let ssrc: UInt32
    /// On the source's own numbers, also where the packet came over RTX (RFC 4588).
    public let sequenceNumber: UInt16
    public let timestamp: UInt32
    public let marker: Bool
    public let overRTX: Bool
    /// How the payload is packed; `nil` for a codec that is not understood.
    public let format: PayloadFormat?
    /// The payload with its descriptor, without padding; empty for a packet of padding alone. Lent for the call.
    public let bytes: UnsafeRawBufferPointer
    public let arrivedAt: Instant
}
