internal import RTCCore

/// The nominated pair; it outlives an ICE restart until a new one is nominated.
struct SelectedPair {
    let path: Path
    let generation: UInt32
    /// What statistics tell about the pair; while its generation lasts, the checklist's own entry is the live one.
    var pair: CandidatePair
    let local: IceCandidate
    let remote: IceCandidate
}
