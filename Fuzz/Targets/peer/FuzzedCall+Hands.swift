import FuzzSupport
import RTCCore
import RTCCrypto
import RTCICE
import RTCPeer
import RTCWire

extension FuzzedCall {
    func remembered(_ input: inout FuzzInput) -> Datagram? {
        seen.isEmpty ? nil : seen[input.below(seen.count)]
    }

    func path(_ input: inout FuzzInput) -> Path {
        let choice = input.byte()
        let side = Int(choice & 1)
        let local = Self.address(side, Int(choice >> 1 & 1))
        if choice & 4 == 0 { return Path(local: local, remote: Self.address(1 - side, Int(choice >> 3 & 1))) }
        return Path(local: local, remote: SocketAddress(ipv4: 0x0B00_0000 + UInt32(input.byte()), port: input.number()))
    }

    /// A datagram that is on its way, or was, comes damaged.
    func mutate(_ input: inout FuzzInput) {
        guard var datagram = remembered(&input) else { return }
        for _ in 0...input.below(4) {
            guard !datagram.bytes.isEmpty else { break }
            switch input.below(4) {
            case 0: datagram.bytes[input.below(datagram.bytes.count)] ^= max(1, input.byte())
            case 1: datagram.bytes[input.below(min(datagram.bytes.count, 24))] = input.byte()
            case 2: datagram.bytes.removeLast(input.below(datagram.bytes.count + 1))
            default: datagram.bytes += input.chunk(upTo: 64)
            }
        }
        if input.byte() & 3 == 0 { datagram.path = path(&input) }
        give(datagram)
    }

    func drop(_ input: inout FuzzInput) {
        for _ in 0...input.below(8) where !flying.isEmpty { flying.remove(at: input.below(flying.count)) }
        guard !flying.isEmpty else { return }
        flying.swapAt(0, input.below(flying.count))
    }

    /// Checks and answers with the right password, and whatever else the fuzzer writes.
    func check(_ input: inout FuzzInput) {
        let to = input.below(2)
        let path = path(&input)
        let local = sides[to].peer.credentials.local
        let remote = sides[to].peer.credentials.remote
        let choice = input.byte()
        let repeats = choice & 0x80 != 0 ? 64 : 1
        for number in 0..<UInt16(repeats) {
            let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 1500, alignment: 8)
            defer { bytes.deallocate() }
            let classes: [STUNMessageClass] = [.request, .request, .success, .error]
            var writer = STUNWriter(
                bytes, classes[Int(choice & 3)], .binding, STUNTransactionID(high: 7, low: UInt64(steps) << 16 | UInt64(number)))
            writer.append(.username, bytes: Array("\(local.ufrag):\(choice & 4 == 0 ? remote?.ufrag ?? "" : "nobody")".utf8))
            writer.append(.priority, input.number() as UInt32)
            writer.append(choice & 8 == 0 ? .iceControlling : .iceControlled, UInt64(input.byte()) << 56)
            if choice & 16 != 0 { writer.append(.useCandidate) }
            if choice & 32 != 0 { writer.append(STUNAttributeType(rawValue: input.number()), bytes: input.chunk(upTo: 32)) }
            let key = HMACSHA1(key: Array((choice & 64 == 0 ? local.password : "wrong-password-of-24-char").utf8))
            writer.appendIntegrity { key.authenticate($0, into: $1) }
            let size = writer.finish()
            var way = path
            if repeats > 1 { way = Path(local: path.local, remote: SocketAddress(ipv4: 0x0C00_0001, port: 1 + number)) }
            give(Datagram(to: to, path: way, bytes: Array(bytes[..<size])))
        }
    }

    /// Packets under the far side's keys that it would never send.
    func sendMedia(_ input: inout FuzzInput) {
        let from = input.below(2)
        guard let path = sides[1 - from].peer.selectedPath else { return }
        let count = input.byte() & 0x40 == 0 ? 1 : 40
        let flags = input.byte()
        let payloadType = input.byte() & 0x7F
        let ssrc: UInt32 = flags & 1 == 0 ? sides[from].peer.sendingSSRC(input.below(4)) : input.number()
        let sequence: UInt16 = input.number()
        let timestamp: UInt32 = input.number()
        let extensions = flags & 2 == 0 ? [] : input.chunk(upTo: 120)
        let payload = input.chunk()
        for number in 0..<count {
            var header: [UInt8] = [0x80 | (flags & 0x20), (flags & 0x80) | payloadType]
            header += bytes(UInt32(sequence &+ UInt16(number)), 2) + bytes(timestamp &+ UInt32(number) &* 3000, 4)
            header += bytes(flags & 4 == 0 ? ssrc : ssrc &+ UInt32(number), 4)
            if flags & 2 != 0 {
                header[0] |= 0x10
                let words = (extensions.count + 3) / 4
                header += flags & 8 == 0 ? [0xBE, 0xDE] : [0x10, 0x00]
                header += bytes(UInt32(words), 2) + extensions + [UInt8](repeating: 0, count: words * 4 - extensions.count)
            }
            guard
                let packet = sides[from].peer.protect(
                    header: header, payload: payload, ssrc: ssrc, index: UInt64(sequence) + UInt64(number))
            else { return }
            give(Datagram(to: 1 - from, path: path, bytes: packet))
        }
    }

    /// Compounds under the far side's keys: made of known parts that say absurd things, or of bytes.
    func sendReport(_ input: inout FuzzInput) {
        let from = input.below(2)
        guard let path = sides[1 - from].peer.selectedPath else { return }
        let slab = UnsafeMutableRawBufferPointer.allocate(byteCount: 1400, alignment: 8)
        defer { slab.deallocate() }
        var writer = ByteWriter(slab)
        for _ in 0...input.below(4) {
            let media = input.byte() & 7 == 0 ? input.number() : sides[1 - from].peer.sendingSSRC(input.below(4))
            let packet = absurd(&input, media: media)
            guard writer.count + packet.encodedSize <= 1000 else { break }
            packet.write(into: &writer)
        }
        var compound = Array(writer.written)
        if input.byte() & 1 == 0, !compound.isEmpty {
            for _ in 0...input.below(3) { compound[input.below(compound.count)] = input.byte() }
        }
        if input.byte() & 7 == 0 { compound += input.chunk() }
        guard let packet = sides[from].peer.protectRTCP(compound) else { return }
        for _ in 0...(input.byte() & 0x40 == 0 ? 0 : 20) { give(Datagram(to: 1 - from, path: path, bytes: packet)) }
    }

    private func absurd(_ input: inout FuzzInput, media: UInt32) -> RTCPPacket {
        switch input.below(9) {
        case 0:
            let block = RTCPReportBlock(
                ssrc: media, fractionLost: input.byte(), cumulativeLost: Int32(bitPattern: input.number() << 8) >> 8,
                extendedHighestSequence: input.number(), jitter: input.number(), lastSR: input.number(),
                delaySinceLastSR: input.number())
            return .receiverReport(ssrc: 5, reports: [RTCPReportBlock](repeating: block, count: 1 + input.below(31)))
        case 1:
            return .senderReport(
                RTCPSenderReport(
                    ssrc: media, ntp: input.number(), rtp: input.number(), packetCount: input.number(), octetCount: input.number()
                ))
        case 2:
            let entries = (0...input.below(120)).map { _ in RTCPNack.Entry(packetID: input.number(), followingLost: 0xFFFF) }
            return .nack(RTCPNack(senderSSRC: 5, mediaSSRC: media, entries: entries))
        case 3: return .pictureLoss(senderSSRC: 5, mediaSSRC: media)
        case 4:
            let requests = (0...input.below(60)).map { RTCPFullIntraRequest(ssrc: media, sequenceNumber: UInt8($0)) }
            return .fullIntra(senderSSRC: 5, requests: requests)
        case 5: return .bye(ssrcs: [UInt32](repeating: media, count: 1 + input.below(31)), reason: "enough")
        case 6: return .remb(RTCPReceiverEstimate(senderSSRC: 5, bitrate: input.byte() & 1 == 0 ? 0 : .max >> 1, ssrcs: [media]))
        case 7:
            var statuses = [RTCPTransportFeedback.PacketStatus](repeating: .notReceived, count: 500)
            statuses[0] = .received(delta: Int16(bitPattern: input.number()))
            return .transportFeedback(
                RTCPTransportFeedback(
                    senderSSRC: 5, mediaSSRC: media, baseSequenceNumber: input.number(), referenceTime: input.number(),
                    feedbackCount: input.byte(),
                    statuses: statuses))
        default:
            return .extendedReport(
                RTCPExtendedReport(
                    ssrc: media,
                    blocks: [
                        .receiverReferenceTime(ntp: input.number()),
                        .lastReceiverReports([.init(ssrc: media, lastRR: input.number(), delaySinceLastRR: input.number())]),
                    ]))
        }
    }

    private func bytes(_ value: UInt32, _ size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * (size - 1 - $0))) }
    }

    // MARK: - Signaling

    /// A description comes that somebody has changed, when it suits and when it does not.
    func describe(_ input: inout FuzzInput) {
        guard !descriptions.isEmpty else { return }
        var lines = descriptions[input.below(descriptions.count)].split(separator: 10).map { Array($0) }
        for _ in 0...input.below(4) where !lines.isEmpty {
            let here = input.below(lines.count)
            switch input.below(6) {
            case 0: lines.remove(at: here)
            case 1: lines.insert(lines[input.below(lines.count)], at: here)
            case 2: lines.swapAt(here, input.below(lines.count))
            case 3: lines.insert(Array(SDPSeeds.words[input.below(SDPSeeds.words.count)].utf8) + input.chunk(upTo: 24), at: here)
            case 4: if !lines[here].isEmpty { lines[here][input.below(lines[here].count)] = input.byte() }
            default: lines = Array(lines.prefix(here) + lines)
            }
        }
        let side = input.below(2)
        let type: DescriptionType = input.byte() & 1 == 0 ? .offer : .answer
        let text = String(decoding: Array(lines.joined(separator: [10])), as: UTF8.self)
        // What belongs to a stranger must stay out: a changed description may not name the true certificate.
        guard !isMismatched, let description = try? SessionDescription(parsing: text) else { return }
        guard (try? sides[side].peer.setRemoteDescription(description, type, now: now)) != nil else { return }
        if type == .offer, input.byte() & 3 > 0 {
            guard let answer = try? sides[side].peer.setLocalDescription(now: now) else {
                fatalError("an offer was taken and cannot be answered")
            }
            remember(answer.text)
        }
    }

    func candidates(_ input: inout FuzzInput) {
        let side = input.below(2)
        if input.byte() & 1 == 0 {
            sides[side].peer.addRemoteCandidate(String(decoding: input.chunk(), as: UTF8.self), now: now)
            return
        }
        let ufrag = input.byte() & 1 == 0 ? "" : " ufrag \(sides[side].peer.credentials.remote?.ufrag ?? "none")"
        for number in 0..<300 {
            sides[side].peer.addRemoteCandidate(
                "candidate:\(number) 1 udp \(input.below(65_536) << 8) 10.9.\(number >> 8).\(number & 255) 5000 typ host\(ufrag)",
                now: now)
        }
    }

    func renegotiate(_ input: inout FuzzInput) {
        let side = input.below(2)
        let choice = input.byte()
        switch choice & 7 {
        case 0: try? sides[side].peer.rollback()
        case 1:
            guard sides[side].peer.transceiverCount < 12 else { return }
            sides[side].peer.addTransceiver(
                choice & 8 == 0 ? .audio : .video, direction: .sendrecv, streamID: "more", trackID: "\(steps)")
        case 2:
            if let text = try? sides[side].peer.setLocalDescription(restartICE: choice & 8 != 0, now: now).text { remember(text) }
        default:
            // Both as they should, where they can.
            guard sides.allSatisfy({ $0.peer.signalingState == .stable }) else {
                for side in sides { try? side.peer.rollback() }
                return
            }
            guard let offer = try? sides[side].peer.setLocalDescription(restartICE: choice & 8 != 0, now: now).text else {
                return
            }
            remember(offer)
            guard !isMismatched, let description = try? SessionDescription(parsing: offer),
                (try? sides[1 - side].peer.setRemoteDescription(description, .offer, now: now)) != nil,
                let answer = try? sides[1 - side].peer.setLocalDescription(now: now).text,
                let answered = try? SessionDescription(parsing: answer)
            else { return }
            try? sides[side].peer.setRemoteDescription(answered, .answer, now: now)
        }
    }

    func socket(_ input: inout FuzzInput) {
        let side = input.below(2)
        let choice = input.byte()
        if choice & 1 == 0 {
            sides[side].peer.addLocalAddress(Self.address(side, Int(choice >> 1 & 1)), now: now)
        } else {
            sides[side].peer.removeLocalAddress(Self.address(side, Int(choice >> 1 & 1)), now: now)
        }
    }
}
