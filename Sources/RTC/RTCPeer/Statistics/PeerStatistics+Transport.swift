internal import RTCCore
internal import RTCICE

extension PeerStatistics {
    var transportReport: StatsReport {
        var report = report(.transport, "")
        let selected = candidatePairs.first { $0.path == selectedPath && $0.nominated }
        report.set("packetsSent", transport.packetsSent)
        report.set("packetsReceived", transport.packetsReceived)
        report.set("bytesSent", transport.bytesSent)
        report.set("bytesReceived", transport.bytesReceived)
        report.set("iceRole", transport.iceRole)
        report.set("iceLocalUsernameFragment", transport.iceLocalUsernameFragment)
        report.set("dtlsState", transport.dtlsState)
        report.set("iceState", transport.iceState)
        report.set("selectedCandidatePairId", selected.map { Self.id(.candidatePair, String($0.id)) })
        report.set("localCertificateId", localCertificate.map { _ in Self.id(.certificate, "local") })
        report.set("remoteCertificateId", remoteCertificate.map { _ in Self.id(.certificate, "remote") })
        report.set("tlsVersion", transport.tlsVersion)
        report.set("dtlsCipher", transport.dtlsCipher)
        report.set("dtlsRole", transport.dtlsRole)
        report.set("srtpCipher", transport.srtpCipher)
        report.set("selectedCandidatePairChanges", transport.selectedCandidatePairChanges)
        report.set(.rtcpPacketsSent, transport.rtcpPacketsSent)
        report.set(.rtcpPacketsReceived, transport.rtcpPacketsReceived)
        report.set(.srtpAuthenticationFailures, transport.starlingSRTPAuthenticationFailures)
        report.set(.srtpReplays, transport.starlingSRTPReplays)
        report.set(.unknownSSRC, transport.starlingUnknownSSRC)
        report.set(.malformed, transport.starlingMalformed)
        report.set(.unprovenPath, transport.starlingUnprovenPath)
        report.set(.tooEarly, transport.starlingTooEarly)
        report.set(.checksRefused, transport.starlingChecksRefused)
        report.set(.checksMalformed, transport.starlingChecksMalformed)
        report.set(.candidatesIgnored, transport.starlingCandidatesIgnored)
        report.set(.reportsMalformed, transport.starlingReportsMalformed)
        report.set(.namesUnresolved, transport.starlingNamesUnresolved)
        report.set(.transportFeedbackSent, transport.starlingTransportFeedbackSent)
        report.set(.transportFeedbackReceived, transport.starlingTransportFeedbackReceived)
        if ice.relaysAsked > 0 {
            report.set(.relayedPacketsSent, ice.relayedPacketsSent)
            report.set(.relayedBytesSent, ice.relayedBytesSent)
            report.set(.relayedPacketsReceived, ice.relayedPacketsReceived)
            report.set(.relayedBytesReceived, ice.relayedBytesReceived)
            report.set(.relaysFailed, ice.relaysFailed)
        }
        if ice.streamsAsked > 0 {
            report.set(.streamsBegun, ice.streamsAsked)
            report.set(.streamsLost, ice.streamsLost)
            report.set(.droppedWithoutStream, ice.droppedWithoutStream)
        }
        return report
    }

    var certificates: [StatsReport] {
        [("local", localCertificate), ("remote", remoteCertificate)].compactMap { name, facts in
            guard let facts else { return nil }
            var report = report(.certificate, name)
            report.set("fingerprint", facts.fingerprint)
            report.set("fingerprintAlgorithm", facts.fingerprintAlgorithm)
            report.set("base64Certificate", facts.base64Certificate)
            return report
        }
    }

    /// Ours, and theirs as far as a pair was made with them.
    var candidates: [StatsReport] {
        var found: [StatsReport] = []
        func add(_ candidate: IceCandidate, _ type: StatsReport.Kind) {
            let id = Self.candidateID(candidate, type)
            guard !found.contains(where: { $0.id == id }) else { return }
            var report = StatsReport(type, id: id, timestamp: timestamp)
            report.set("transportId", StatsReport.Kind.transport.rawValue)
            report.set("address", candidate.address.host)
            report.set("port", candidate.address.port)
            report.set("protocol", candidate.tcpType == nil ? "udp" : "tcp")
            report.set("tcpType", candidate.tcpType?.rawValue)
            report.set("candidateType", candidate.kind.rawValue)
            report.set("priority", candidate.priority)
            report.set("url", candidate.url)
            report.set("relayProtocol", candidate.relayProtocol?.rawValue)
            report.set("foundation", candidate.foundation)
            report.set("relatedAddress", candidate.relatedAddress?.host)
            report.set("relatedPort", candidate.relatedAddress?.port)
            report.set("usernameFragment", candidate.ufrag)
            found.append(report)
        }
        for candidate in localCandidates { add(candidate, .localCandidate) }
        for pair in candidatePairs { add(pair.local, .localCandidate) }
        for pair in candidatePairs { add(pair.remote, .remoteCandidate) }
        return found
    }

    private static func candidateID(_ candidate: IceCandidate, _ type: StatsReport.Kind) -> String {
        id(type, "\(candidate.kind.rawValue)-\(candidate.tcpType == nil ? "" : "tcp-")\(candidate.address)")
    }

    func pairReport(_ pair: IceCandidatePairReport) -> StatsReport {
        var report = report(.candidatePair, String(pair.id))
        let counters = pair.statistics
        report.set("transportId", StatsReport.Kind.transport.rawValue)
        report.set("localCandidateId", Self.candidateID(pair.local, .localCandidate))
        report.set("remoteCandidateId", Self.candidateID(pair.remote, .remoteCandidate))
        report.set("state", pair.state.rawValue)
        report.set("nominated", pair.nominated)
        // A way belongs to the newest pair on it: before a restart is through, two have the same.
        let isNewest = !candidatePairs.contains { $0.path == pair.path && $0.id > pair.id }
        let moved = traffic.first { $0.path == pair.path }
        if isNewest {
            report.set("packetsSent", moved?.packetsSent ?? 0)
            report.set("packetsReceived", moved?.packetsReceived ?? 0)
            report.set("bytesSent", moved?.bytesSent ?? 0)
            report.set("bytesReceived", moved?.bytesReceived ?? 0)
            report.set("lastPacketSentTimestamp", number: milliseconds(moved?.lastSent?.nanoseconds))
            report.set("lastPacketReceivedTimestamp", number: milliseconds(moved?.lastReceived?.nanoseconds))
        }
        report.set("totalRoundTripTime", number: counters.totalRoundTripTime.inSeconds)
        report.set("currentRoundTripTime", number: counters.currentRoundTripTime?.inSeconds)
        if pair.path == selectedPath, pair.nominated, isNewest {
            report.set("availableOutgoingBitrate", number: availableOutgoingBitrate.map { Double($0) })
        }
        report.set("requestsReceived", counters.requestsReceived)
        report.set("requestsSent", counters.requestsSent)
        report.set("responsesReceived", counters.responsesReceived)
        report.set("responsesSent", counters.responsesSent)
        report.set("consentRequestsSent", counters.consentRequestsSent)
        return report
    }
}
