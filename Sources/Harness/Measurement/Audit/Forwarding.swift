internal import NetworkImpairment
internal import RTCPeer

/// How a server forwards one track to one subscriber, so that the ledger of the subscriber's own network can be read.
struct Forwarding {
    /// The source that the server gave it.
    let ssrc: UInt32
    let numbering: Renumbering
    /// The place of the first frame of which something came.
    let began: Int

    func cause(of frame: SentFrame, at place: Int, in ledger: PacketLedger) -> DropCause? {
        guard let shift = numbering.shift(at: place) else { return nil }
        return ledger.cause(ssrc: ssrc, frame: frame, renumbered: shift)
    }

    func drops(of frame: SentFrame, at place: Int, in ledger: PacketLedger) -> Int {
        numbering.shift(at: place).map { ledger.drops(ssrc: ssrc, frame: frame, renumbered: $0) } ?? 0
    }
}
