/// One packet of an RTCP compound (RFC 3550 §6.1).
public enum RTCPPacket: Hashable, Sendable {
    case senderReport(RTCPSenderReport)
    case receiverReport(ssrc: UInt32, reports: [RTCPReportBlock])
    case sourceDescription([RTCPSourceDescriptionChunk])
    /// RFC 3550 §6.6.
    case bye(ssrcs: [UInt32], reason: String? = nil)
    case nack(RTCPNack)
    /// PLI: a picture was lost (RFC 4585 §6.3.1).
    case pictureLoss(senderSSRC: UInt32, mediaSSRC: UInt32)
    /// FIR: a key frame is wanted (RFC 5104 §4.3.1).
    case fullIntra(senderSSRC: UInt32, requests: [RTCPFullIntraRequest])
    case transportFeedback(RTCPTransportFeedback)
    case remb(RTCPReceiverEstimate)
    case extendedReport(RTCPExtendedReport)
    /// APP (RFC 3550 §6.7): a name of four ASCII characters, and content of a multiple of four bytes.
    case application(ssrc: UInt32, subtype: UInt8, name: String, content: [UInt8])
    /// A well-formed packet of a kind that is not read: its type, and its size in bytes with the header. Never written.
    case unknown(type: UInt8, size: Int)

    /// Packet types (RFC 3550 §12.1, RFC 4585 §6.1, RFC 3611 §2).
    enum Kind {
        static let senderReport: UInt8 = 200
        static let receiverReport: UInt8 = 201
        static let sourceDescription: UInt8 = 202
        static let bye: UInt8 = 203
        static let application: UInt8 = 204
        static let transportLayerFeedback: UInt8 = 205
        static let payloadSpecificFeedback: UInt8 = 206
        static let extendedReport: UInt8 = 207
    }

    /// Feedback message types (RFC 4585 §6.2, §6.3, RFC 5104 §4.3).
    enum Format {
        static let nack: UInt8 = 1
        static let transportFeedback: UInt8 = 15
        static let pictureLoss: UInt8 = 1
        static let fullIntra: UInt8 = 4
        static let applicationLayer: UInt8 = 15
    }

    /// Block types of extended reports (RFC 3611 §4).
    enum BlockType {
        static let receiverReferenceTime: UInt8 = 4
        static let lastReceiverReports: UInt8 = 5
    }

    /// "REMB" in ASCII.
    static let rembIdentifier: UInt32 = 0x5245_4D42
}
