public import RTCWire

extension Peer {
    /// Sends something else from now on, where the far side takes it already (W3C `RTCRtpSender.replaceTrack`): nothing is negotiated.
    ///
    /// - Returns: Whether it does. If not, nothing is sent until a negotiation has brought it about.
    @discardableResult
    public mutating func setSendCodec(_ codec: SDPCodec?, of transceiver: Int) -> Bool {
        transceivers[transceiver].sendCodec = codec
        guard !transceivers[transceiver].remoteCodecs.isEmpty else { return true }
        chooseSendCodec(transceiver)
        return transceivers[transceiver].sender.isAccepted
    }

    /// What is sent on a transceiver, under the far side's payload type; `nil` before a negotiation, and where the far side refuses it.
    public func sendCodec(of transceiver: Int) -> SDPCodec? {
        let sender = transceivers[transceiver].sender
        guard sender.isAccepted else { return nil }
        return transceivers[transceiver].remoteCodecs.first { $0.payloadType == sender.payloadType }
    }

    /// Whether the far side would rather get nothing than packets of silence (RFC 7587 §6.1, `usedtx`).
    public func prefersDiscontinuity(on transceiver: Int) -> Bool {
        sendCodec(of: transceiver)?.parameter("usedtx") == "1"
    }

    package mutating func negotiateCodecs(
        _ media: MediaDescription, index: Int, _ type: DescriptionType
    ) {
        let ours =
            type == .offer
            ? configuration.codecs.codecs(for: transceivers[index].kind)
            : transceivers[index].offeredCodecs
        var agreed: [SDPCodec] = []
        var theirs: [SDPCodec] = []
        for codec in media.codecs where !codec.isRTX {
            guard let own = ours.first(where: { type == .offer ? $0.accepts(codec) : $0.matches(codec) }),
                !theirs.contains(where: { $0.matches(codec) })
            else { continue }
            var common = codec
            common.feedback = codec.feedback.filter { own.feedback.contains($0) }
            common.parameters = type == .offer ? own.parametersAnswering(codec) : own.parameters
            agreed.append(common)
            theirs.append(codec)
            let repairs = ours.contains { $0.isRTX }
            if repairs,
                let rtx = media.codecs.first(where: {
                    $0.isRTX && $0.associatedPayloadType == codec.payloadType
                        && $0.clockRate == codec.clockRate
                })
            {
                agreed.append(rtx)
            }
        }
        // What comes to us has the numbers that we wrote, what goes to them those that they wrote (RFC 3264 §5.1).
        let incoming =
            type == .offer ? agreed : ours.filter { own in agreed.contains { $0.isNamed(own.name) } }
        transceivers[index].receivedPayloadTypes = (incoming + agreed).map(\.payloadType)
        bindPayloadTypes(incoming, to: index)
        bindPayloadTypes(agreed, to: index)
        guard !theirs.isEmpty else {
            transceivers[index].isStopped = true
            return
        }
        transceivers[index].negotiatedCodecs = agreed
        transceivers[index].remoteCodecs = theirs
        chooseSendCodec(index)
        let primary = agreed.first {
            $0.payloadType == transceivers[index].sender.payloadType && !$0.isRTX
        }
        let feedback = primary?.feedback ?? []
        transceivers[index].usesReceiverEstimate =
            feedback.contains("goog-remb") && !feedback.contains("transport-cc")
        for layer in transceivers[index].receivers.indices {
            transceivers[index].receivers[layer].usesNack = transceivers[index].sender.usesNack
            transceivers[index].receivers[layer].usesPictureLoss = feedback.contains("nack pli")
        }
    }

    private mutating func bindPayloadTypes(_ codecs: [SDPCodec], to index: Int) {
        for codec in codecs where payloadTypes[Int(codec.payloadType & 0x7F)] == nil {
            let repeated =
                codec.isRTX ? codecs.first { $0.payloadType == codec.associatedPayloadType } : codec
            payloadTypes[Int(codec.payloadType & 0x7F)] = PayloadBinding(
                transceiver: index, isRTX: codec.isRTX,
                format: repeated.flatMap { PayloadFormat(codec: $0) })
        }
    }

    /// Of what the far side takes: what this side has to send, or the first where that is all the same.
    private mutating func chooseSendCodec(_ index: Int) {
        let theirs = transceivers[index].remoteCodecs
        let wanted = transceivers[index].sendCodec
        let fitting = wanted.map { wanted in theirs.first { $0.carries(wanted) } } ?? theirs.first
        for layer in transceivers[index].senders.indices { transceivers[index].senders[layer].isAccepted = fitting != nil }
        guard let primary = fitting ?? theirs.first else { return }
        let agreed = transceivers[index].negotiatedCodecs
        let repair = agreed.first { $0.isRTX && $0.associatedPayloadType == primary.payloadType }?
            .payloadType
        let common = agreed.first { $0.payloadType == primary.payloadType && !$0.isRTX }
        for layer in transceivers[index].senders.indices {
            transceivers[index].senders[layer].send(primary.payloadType, rtxPayloadType: repair)
            transceivers[index].senders[layer].usesNack = common?.feedback.contains("nack") ?? false
        }
    }

    /// What a section of ours offers: as agreed before, since a payload type keeps its meaning for the whole session
    /// (RFC 3264 §8.3.2), else as a section of the same kind has it, else as configured, what is sent first.
    package func offeredCodecs(_ index: Int) -> [SDPCodec] {
        let kind = transceivers[index].kind
        if !transceivers[index].negotiatedCodecs.isEmpty { return transceivers[index].negotiatedCodecs }
        if let other = transceivers.first(where: { $0.kind == kind && !$0.negotiatedCodecs.isEmpty }) {
            return other.negotiatedCodecs
        }
        let others = transceivers.flatMap { $0.offeredCodecs + $0.negotiatedCodecs }
        return configuration.codecs.codecs(
            for: kind, sending: transceivers[index].sendCodec, others: others)
    }
}
