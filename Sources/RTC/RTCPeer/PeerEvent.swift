public import RTCCore
public import RTCICE

/// What happened to a peer, for whoever owns it.
public enum PeerEvent: Hashable, Sendable {
    case iceStateChanged(IceConnectionState)
    case selectedPathChanged(Path)
    /// A candidate to signal, as the value of an `a=` line.
    case localCandidate(String)
    /// A TURN server refused, did not answer, or died; another is asked where there is one.
    case relayFailed(TURNFailure)
    /// Only relays may be used and no server gives one: there will be no candidates. The reasons stand in the order of the servers.
    case gatheringFailed([TURNFailure])
    /// The way changed under the far side's feet; an offer with an ICE restart shows it the new one.
    case iceRestartNeeded(reason: String)
    /// A candidate of the far side has this name in the place of an address: seek it, and tell ``Peer/nameResolved(_:to:now:)``.
    case nameWanted(String)
    /// Keys are agreed: media may flow in both directions.
    case connected
    /// DTLS failed, or the far side closed it; the text is for people.
    case transportClosed(reason: String)
    /// The remote description brought a track that we may receive.
    case trackAdded(transceiver: Int, mid: String, kind: MediaKind, streamID: String?)
    /// A track is received no more: its section was re-directed or rejected, by either side.
    case trackRemoved(transceiver: Int, mid: String)
    /// The far side needs a key frame of one layer of this transceiver (PLI or FIR); of layer 0 where there is one stream.
    case keyFrameRequested(transceiver: Int, layer: Int)
    /// The far side has said goodbye to a stream (RTCP BYE).
    case goodbye(ssrc: UInt32)
}
