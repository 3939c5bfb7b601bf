import NetworkImpairment
import RTCCore
import RTCICE
import RTCPeer
import RTCWire
import SignalingProtocol

extension CallerMachine {
    /// Counters under their W3C names, and the audit of each track under names of its own.
    func report(network: HostReport) -> JSONObject {
        let statistics = peer.statisticsSnapshot()
        let transport = statistics.transport
        return [
            "dropped": .integer(
                Int64(clamping: network.up.dropped + network.down.dropped)),
            "ice": [
                "checksReceived": .count(statistics.ice.checksReceived),
                "pairs": .array(statistics.candidatePairs.map { .object(Self.pair($0)) }), "role": .string(transport.iceRole),
                "roleConflicts": .count(statistics.ice.roleConflicts),
                "state": .string(transport.iceState), "streams": .count(statistics.ice.streamsAsked),
            ],
            "tracks": .array((0..<peer.transceiverCount).map { .object(track($0)) }),
            "transport": [
                "authenticationFailures": .count(transport.starlingSRTPAuthenticationFailures),
                "dtlsCipher": .text(transport.dtlsCipher), "dtlsRole": .string(transport.dtlsRole),
                "dtlsState": .string(transport.dtlsState), "malformed": .count(transport.starlingMalformed),
                "pairChanges": .count(transport.selectedCandidatePairChanges),
                "replays": .count(transport.starlingSRTPReplays), "srtpCipher": .text(transport.srtpCipher),
                "tlsVersion": .text(transport.tlsVersion), "unknownSSRC": .count(transport.starlingUnknownSSRC),
            ],
        ]
    }

    private static func pair(_ pair: IceCandidatePairReport) -> JSONObject {
        [
            "local": .string("\(pair.path.local)"), "localType": .string(Self.type(of: pair.local)),
            "nominated": .bool(pair.nominated), "remote": .string("\(pair.path.remote)"),
            "remoteType": .string(Self.type(of: pair.remote)),
            "requestsReceived": .count(pair.statistics.requestsReceived), "requestsSent": .count(pair.statistics.requestsSent),
            "responsesReceived": .count(pair.statistics.responsesReceived), "state": .string(pair.state.rawValue),
        ]
    }

    private static func type(of candidate: IceCandidate) -> String {
        candidate.tcpType.map { "tcp \($0.rawValue)" } ?? "udp"
    }

    private func track(_ index: Int) -> JSONObject {
        let inbound = peer.receiveStatistics(on: index)
        let outbound = peer.sendStatistics(on: index)
        return [
            "audit": .object(audits.report(on: index)), "direction": .text(peer.currentDirection(of: index)?.rawValue),
            "inbound": [
                "framesDamaged": .count(inbound.framesDamaged), "framesReceived": .count(inbound.framesReceived),
                "nackCount": .count(inbound.nackCount), "packetsLost": .integer(inbound.packetsLost),
                "packetsReceived": .count(inbound.packetsReceived), "pliCount": .count(inbound.pliCount),
                "retransmittedPacketsReceived": .count(inbound.retransmittedPacketsReceived),
            ],
            "kind": .string(peer.kind(of: index).rawValue), "layers": .array(layers(of: index)),
            "mid": .text(peer.mid(of: index)),
            "outbound": [
                "codec": .text(peer.sendCodec(of: index)?.name), "firCount": .count(outbound.firCount),
                "framesSent": .count(outbound.framesSent),
                "nackCount": .count(outbound.nackCount), "packetsSent": .count(outbound.packetsSent),
                "pliCount": .count(outbound.pliCount), "reportsReceived": .count(outbound.remote.reportsReceived),
                "retransmissionsUnavailable": .count(outbound.retransmissionsUnavailable),
                "retransmittedPacketsSent": .count(outbound.retransmittedPacketsSent),
            ], "stopped": .bool(peer.isStopped(index)), "transceiver": .integer(Int64(index)),
        ]
    }
}

extension CallerMachine {
    /// What goes out and what comes in as layers of a simulcast; empty where there is none.
    private func layers(of index: Int) -> [JSON] {
        let sent = (0..<peer.sentLayerCount(of: index)).compactMap { layer -> JSON? in
            guard let rid = peer.sentRid(of: index, layer: layer) else { return nil }
            let outbound = peer.sendStatistics(on: index, layer: layer)
            return [
                "active": .bool(peer.maySend(on: index, layer: layer)), "framesSent": .count(outbound.framesSent),
                "nackCount": .count(outbound.nackCount), "packetsSent": .count(outbound.packetsSent),
                "pliCount": .count(outbound.pliCount), "retransmittedPacketsSent": .count(outbound.retransmittedPacketsSent),
                "rid": .string(rid), "sends": .bool(true),
            ]
        }
        let received = (0..<peer.receivedLayerCount(of: index)).compactMap { layer -> JSON? in
            guard let rid = peer.receivedRid(of: index, layer: layer) else { return nil }
            let inbound = peer.receiveStatistics(on: index, layer: layer)
            return [
                "audit": .object(audits.report(on: index, layer: layer)), "frameHeight": .integer(Int64(inbound.frameHeight)),
                "framesReceived": .count(inbound.framesReceived), "nackCount": .count(inbound.nackCount),
                "pliCount": .count(inbound.pliCount),
                "retransmittedPacketsReceived": .count(inbound.retransmittedPacketsReceived), "rid": .string(rid),
                "sends": .bool(false),
            ]
        }
        return sent + received
    }
}

extension JSON {
    static func count(_ value: UInt64) -> JSON { .integer(Int64(clamping: value)) }

    static func text(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }
}

extension JSON: ExpressibleByDictionaryLiteral {
    init(dictionaryLiteral elements: (String, JSON)...) {
        var object = JSONObject()
        for (key, value) in elements { object[key] = value }
        self = .object(object)
    }
}
