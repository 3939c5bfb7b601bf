import RTCCore
import RTCCrypto
import RTCICE
import RTCPeer
import RTCWire

/// What all calls share: making certificates takes longer than a call.
struct Material {
    // One thread is all that a fuzzer has.
    nonisolated(unsafe) static let shared = Material()

    private let context: DTLSContext
    private let certificates: [Certificate]
    let strangersFingerprint: String

    private init() {
        do {
            context = try DTLSContext(entropy: .seeded(1), clock: .simulation)
            let now = WallClock.simulation.unixSeconds(at: .origin)
            certificates = try (UInt64(2)..<4).map { try Certificate.generate(unixSeconds: now, entropy: .seeded($0)) }
            let stranger = try Certificate.generate(unixSeconds: now, entropy: .seeded(9)).fingerprint
            strangersFingerprint = "\(stranger.algorithm) \(stranger.text)"
        } catch {
            fatalError("\(error)")
        }
    }

    func peer(_ side: Int, _ choice: UInt8) -> Peer {
        let withoutRepairs = CodecPreferences(audio: CodecPreferences.default.audio, video: [CodecPreferences.default.video[0]])
        var peer = Peer(
            configuration: PeerConfiguration(
                seed: UInt64(side + 1), wallClock: .simulation, dtls: context, certificate: certificates[side],
                cname: "side-\(side)",
                codecs: choice & 2 == 0 ? .default : withoutRepairs, srtpBackend: choice & 8 == 0 ? .libcrypto : .libsrtp2),
            now: .seconds(1))
        for kind in [MediaKind.audio, .video] {
            peer.addTransceiver(kind, direction: .sendrecv, streamID: "stream-\(side)", trackID: "track-\(kind)")
        }
        return peer
    }
}

/// What a peer holds on to.
struct Measures {
    var isConnected: Bool
    var candidatePairs: Int
    var remoteCandidates: Int
    var sources: Int
    var waitingReports: Int
    var waitingPackets: Int
}

extension Peer {
    var measures: Measures {
        Measures(
            isConnected: isConnected, candidatePairs: ice.candidatePairs.count, remoteCandidates: ice.remoteCandidateCount,
            sources: sources.count, waitingReports: waitingRTCP.count,
            waitingPackets: transceivers.reduce(0) { $0 + $1.sender.queue.count })
    }

    var credentials: (local: IceCredentials, remote: IceCredentials?) { (ice.localCredentials, ice.remoteCredentials) }

    /// The SSRC of a track, or of what repairs it.
    func sendingSSRC(_ number: Int) -> UInt32 {
        guard !transceivers.isEmpty else { return 0 }
        let sender = transceivers[number / 2 % transceivers.count].sender
        return number % 2 == 0 ? sender.ssrc : sender.rtxSSRC
    }

    mutating func protect(header: [UInt8], payload: [UInt8], ssrc: UInt32, index: UInt64) -> [UInt8]? {
        guard srtpSender != nil else { return nil }
        var out = [UInt8](repeating: 0, count: header.count + payload.count + SRTPProfile.maximumOverhead)
        let size = out.withUnsafeMutableBytes { out in
            header.withUnsafeBytes { header in
                payload.withUnsafeBytes { payload in
                    srtpSender?.protect(
                        header: header, prefix: UnsafeRawBufferPointer(start: nil, count: 0), payload: payload, ssrc: ssrc,
                        index: index, into: out) ?? 0
                }
            }
        }
        return size > 0 ? Array(out[..<size]) : nil
    }

    mutating func protectRTCP(_ compound: [UInt8]) -> [UInt8]? {
        guard srtpSender != nil else { return nil }
        var out = [UInt8](repeating: 0, count: compound.count + SRTPProfile.maximumOverhead)
        let size = out.withUnsafeMutableBytes { out in
            compound.withUnsafeBytes { srtpSender?.protectRTCP($0, into: out) ?? 0 }
        }
        return size > 0 ? Array(out[..<size]) : nil
    }
}
