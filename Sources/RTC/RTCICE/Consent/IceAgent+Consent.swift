internal import RTCCore

extension IceAgent {
    /// Asks for consent when it is time, and stops everything once it has expired (RFC 7675 §5.1).
    mutating func keepConsent(_ now: Instant) {
        guard let action = consent?.advance(to: now), let current = selected else { return }
        switch action {
        case .sendBindingRequest:
            let preference = locals.first { $0.candidate.kind == .host && $0.base == current.path.local }?.preference ?? 0
            begin(
                .consent, pair: current.pair.id, path: current.path, preference: preference, generation: current.generation,
                interval: timing.retransmission, isRepeated: false, now)
        case .stopSending:
            let wasCurrent = isNominated
            deselect()
            events.append(.consentExpired)
            if wasCurrent { giveUp() }
        }
    }
}
