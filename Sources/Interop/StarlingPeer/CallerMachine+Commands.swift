import MediaTracks
import NetworkImpairment
import RTCCore
import RTCPeer
import RTCWire
import SignalingProtocol

extension CallerMachine {
    /// Why a command was not obeyed.
    struct Refusal: Error {
        let reason: String
    }

    /// Obeys one command and answers it with its id.
    func obey(_ line: String, network: HostReport, now: Instant) {
        guard socket != nil else {
            waitingCommands.append((line, network))
            return
        }
        var answer = JSONObject()
        do {
            let command: JSON
            do throws(JSONParser.Failure) {
                command = try JSONParser.parse(line)
            } catch {
                throw Refusal(reason: "byte \(error.offset): \(error.reason)")
            }
            guard let fields = command.objectValue else { throw Refusal(reason: "a command is a JSON object") }
            answer["id"] = fields["id"]
            for member in try perform(fields, network: network, now: now).members { answer[member.key] = member.value }
        } catch let refusal as Refusal {
            answer["error"] = .string(refusal.reason)
        } catch {
            answer["error"] = .string("\(error)")
        }
        if answer["error"] == nil { answer["ok"] = .bool(true) }
        afterChange(now: now)
        output.write(answer)
    }

    private func perform(_ fields: JSONObject, network: HostReport, now: Instant) throws -> JSONObject {
        switch fields["do"]?.stringValue {
        case "add": return try add(kind: fields["kind"]?.stringValue, now: now)
        case "remove": return try remove(fields, now: now)
        case "offer":
            let restart = fields["restart"]?.boolValue ?? false
            return ["sdp": .string(try peer.setLocalDescription(restartICE: restart, now: now).text), "type": "offer"]
        case "remote": return try setRemote(fields, now: now)
        case "rollback":
            try peer.rollback()
            return [:]
        case "candidate":
            takeCandidate(fields["candidate"]?.stringValue ?? "", mid: fields["mid"]?.stringValue, now: now)
            return [:]
        case "network":
            request(.setNetwork(try profile(loss: fields["loss"])))
            return [:]
        case "statistics": return report(network: network)
        case "close":
            peer.close(now: now)
            return [:]
        default: throw Refusal(reason: "no such command: \(fields["do"]?.text ?? "none")")
        }
    }

    /// Sends a track from now on: on a transceiver that only receives so far, or on one of its own.
    private func add(kind: String?, now: Instant) throws(Refusal) -> JSONObject {
        guard let kind = kind.flatMap(MediaKind.init(rawValue:)) else { throw Refusal(reason: "kind is audio or video") }
        let receiving = (0..<peer.transceiverCount).first { index in
            peer.kind(of: index) == kind && peer.direction(of: index) == .recvonly && !peer.isStopped(index)
        }
        let number = playbacks.count
        let sources = kind == .audio ? [VideoSource(rid: nil, media: audio)] : videos
        let rids = sources.compactMap(\.rid)
        let media = sources[0].media
        let codec = SDPCodec(sending: media.codec, clockRate: media.clockRate, formatParameters: media.formatParameters)
        let index: Int
        if !rids.isEmpty {
            index = peer.addTransceiver(
                kind, direction: .sendonly, streamID: "starling", trackID: "\(kind.rawValue)-\(number)", sendCodec: codec,
                rids: rids)
        } else if let receiving {
            index = receiving
            peer.setSendCodec(codec, of: index)
            peer.setDirection(.sendrecv, of: index, streamID: "starling", trackID: "\(kind.rawValue)-\(number)", now: now)
        } else {
            index = peer.addTransceiver(
                kind, direction: .sendrecv, streamID: "starling", trackID: "\(kind.rawValue)-\(number)", sendCodec: codec)
        }
        for (layer, source) in sources.enumerated() {
            playbacks.append(Playback(media: source.media, transceiver: index, layer: layer, from: now, random: &random))
        }
        return ["transceiver": .integer(Int64(index))]
    }

    /// Ends a track: re-directs its section, or gives it up.
    private func remove(_ fields: JSONObject, now: Instant) throws(Refusal) -> JSONObject {
        guard let number = fields["transceiver"]?.integerValue, (0..<Int64(peer.transceiverCount)).contains(number) else {
            throw Refusal(reason: "transceiver is the number of one")
        }
        let index = Int(number)
        if fields["stop"]?.boolValue ?? false {
            peer.stop(transceiver: index, now: now)
        } else {
            peer.setDirection(peer.direction(of: index).receives ? .recvonly : .inactive, of: index, now: now)
        }
        playbacks.removeAll { $0.transceiver == index }
        return [:]
    }

    private func setRemote(_ fields: JSONObject, now: Instant) throws -> JSONObject {
        guard let type = fields["type"]?.stringValue.flatMap(DescriptionType.init(rawValue:)),
            let text = fields["sdp"]?.stringValue
        else { throw Refusal(reason: "a description has a type and sdp") }
        try peer.setRemoteDescription(SessionDescription(parsing: text), type, now: now)
        hasRemoteDescription = true
        let early = earlyCandidates
        earlyCandidates = []
        for (line, mid) in early { takeCandidate(line, mid: mid, now: now) }
        guard type == .offer else { return [:] }
        return ["sdp": .string(try peer.setLocalDescription(now: now).text), "type": "answer"]
    }

    private func takeCandidate(_ line: String, mid: String?, now: Instant) {
        guard hasRemoteDescription else {
            earlyCandidates.append((line, mid))
            return
        }
        if line.isEmpty { peer.endOfRemoteCandidates(now: now) } else { peer.addRemoteCandidate(line, mid: mid, now: now) }
    }

    private func profile(loss: JSON?) throws(Refusal) -> NetworkProfile {
        let loss: Double? =
            switch loss {
            case .integer(let value): Double(value)
            case .number(let value): value
            default: nil
            }
        guard let loss, (0...1).contains(loss) else { throw Refusal(reason: "loss is from 0 to 1") }
        let impairment = Impairment(loss: loss > 0 ? .bernoulli(loss) : .none)
        return NetworkProfile(name: "loss", up: impairment, down: impairment)
    }
}
