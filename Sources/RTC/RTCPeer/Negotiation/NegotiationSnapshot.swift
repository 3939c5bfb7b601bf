package import RTCWire

/// What was agreed before an offer, for a rollback to go back to (RFC 9429 §4.1.10.2).
package struct NegotiationSnapshot {
    package var sections: [Section]
    package var terms: [Terms]
    package var remoteDirections: [Int: SDPDirection]
    package var remoteStreams: [Int: String]
    package var offeredBundle: [String]
    package var remoteTaggedMid: String?
    package var payloadTypes: [Peer.PayloadBinding?]
    package var sources: [Peer.SourceBinding]

    /// What an offer may change of one transceiver.
    package struct Terms {
        package var mid: String?
        package var isStopped: Bool
        package var negotiatedCodecs: [SDPCodec]
        package var remoteCodecs: [SDPCodec]
        package var isAccepted: Bool
        package var receivedPayloadTypes: [UInt8]
        package var agreedExtensions: [SDPExtmap]
        package var receivedExtensions: RTPExtensionMap
        package var sentExtensions: RTPExtensionMap
        package var usesReducedSize: Bool
        package var usesReferenceTime: Bool
        package var usesReceiverEstimate: Bool
        package var payloadType: UInt8
        package var rtxPayloadType: UInt8?
        package var usesNack: Bool
        package var usesPictureLoss: Bool
        package var sentLayers: [SDPSimulcast.Layer]
        package var receivedLayers: [SDPSimulcast.Layer]
        package var receivedRids: [SDPRid]
        package var repairs: [SDPSourceGroup]
        package var proto: String
        package var offeredFormats: [String]
    }
}

extension Peer {
    /// Keeps what ``rollback()`` goes back to.
    package mutating func remember() {
        let terms = transceivers.map { transceiver in
            NegotiationSnapshot.Terms(
                mid: transceiver.mid, isStopped: transceiver.isStopped, negotiatedCodecs: transceiver.negotiatedCodecs,
                remoteCodecs: transceiver.remoteCodecs, isAccepted: transceiver.sender.isAccepted,
                receivedPayloadTypes: transceiver.receivedPayloadTypes,
                agreedExtensions: transceiver.agreedExtensions, receivedExtensions: transceiver.receivedExtensions,
                sentExtensions: transceiver.sentExtensions, usesReducedSize: transceiver.usesReducedSize,
                usesReferenceTime: transceiver.usesReferenceTime,
                usesReceiverEstimate: transceiver.usesReceiverEstimate,
                payloadType: transceiver.sender.payloadType, rtxPayloadType: transceiver.sender.rtxPayloadType,
                usesNack: transceiver.receiver.usesNack, usesPictureLoss: transceiver.receiver.usesPictureLoss,
                sentLayers: transceiver.sentLayers, receivedLayers: transceiver.receivedLayers,
                receivedRids: transceiver.receivedRids, repairs: transceiver.repairs,
                proto: transceiver.proto, offeredFormats: transceiver.offeredFormats)
        }
        beforeOffer = NegotiationSnapshot(
            sections: sections, terms: terms, remoteDirections: remoteDirections, remoteStreams: remoteStreams,
            offeredBundle: offeredBundle, remoteTaggedMid: remoteTaggedMid, payloadTypes: payloadTypes, sources: sources)
    }

    package mutating func restore(_ before: NegotiationSnapshot) {
        sections = before.sections
        remoteDirections = before.remoteDirections
        remoteStreams = before.remoteStreams
        offeredBundle = before.offeredBundle
        remoteTaggedMid = before.remoteTaggedMid
        payloadTypes = before.payloadTypes
        for index in transceivers.indices {
            guard index < before.terms.count else {
                // One that the application added since stays, and stands in the next offer.
                transceivers[index].mid = nil
                transceivers[index].isStopped = transceivers[index].isMadeByOffer
                continue
            }
            restore(before.terms[index], of: index)
        }
        sources = []
        for source in before.sources {
            bind(ssrc: source.ssrc, to: source.transceiver, layer: source.layer, isRTX: source.isRTX)
        }
        gatherTransportTerms()
    }

    private mutating func restore(_ terms: NegotiationSnapshot.Terms, of index: Int) {
        transceivers[index].mid = terms.mid
        transceivers[index].isStopped = terms.isStopped
        transceivers[index].negotiatedCodecs = terms.negotiatedCodecs
        transceivers[index].remoteCodecs = terms.remoteCodecs
        transceivers[index].receivedPayloadTypes = terms.receivedPayloadTypes
        transceivers[index].agreedExtensions = terms.agreedExtensions
        transceivers[index].receivedExtensions = terms.receivedExtensions
        transceivers[index].usesReducedSize = terms.usesReducedSize
        transceivers[index].usesReferenceTime = terms.usesReferenceTime
        transceivers[index].usesReceiverEstimate = terms.usesReceiverEstimate
        transceivers[index].receivedLayers = terms.receivedLayers
        transceivers[index].receivedRids = terms.receivedRids
        transceivers[index].repairs = terms.repairs
        for layer in transceivers[index].receivers.indices {
            transceivers[index].receivers[layer].usesNack = terms.usesNack
            transceivers[index].receivers[layer].usesPictureLoss = terms.usesPictureLoss
        }
        transceivers[index].proto = terms.proto
        transceivers[index].offeredFormats = terms.offeredFormats
        transceivers[index].send(extensions: terms.sentExtensions)
        transceivers[index].agreeToSend(terms.sentLayers)
        for layer in transceivers[index].senders.indices {
            transceivers[index].senders[layer].isAccepted = terms.isAccepted
            transceivers[index].senders[layer].usesNack = terms.usesNack
            transceivers[index].senders[layer].send(terms.payloadType, rtxPayloadType: terms.rtxPayloadType)
        }
    }
}
