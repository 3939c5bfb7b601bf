import NetworkImpairment
import RTCCore
import RTCICE
import RTCWire

/// A far side without UDP: it signals a passive candidate, answers checks over the connections that are made to it, and sends back whatever
/// else comes.
final class PassiveHost: StreamListener {
    private static let credentials = IceCredentials(ufrag: "far", password: "the-password-of-the-far-one")
    private let key = IntegrityKey(PassiveHost.credentials.password)
    private var requests: [HostRequest] = [.openSocket(token: 0)]
    private var address: SocketAddress?
    private var streams: [(token: UInt64, remote: SocketAddress, frames: StreamFrames)] = []
    private var outgoing: [(stream: UInt64, path: Path, bytes: [UInt8])] = []
    private(set) var accepted = 0
    private(set) var datagrams = 0

    var deadline: Instant? { nil }

    func advance(to now: Instant) {}

    func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {
        datagrams += 1
    }

    func receive(_ input: HostInput, now: Instant) {
        switch input {
        case .socketOpened(_, let local):
            address = local
            requests.append(.openSignaling(url: "ws://switchboard"))
        case .signalingOpened:
            guard let address else { return }
            let candidate = IceCandidate(
                foundation: "1", priority: IceCandidate.priority(of: .host, tcpType: .passive, otherPreference: 1),
                address: address, kind: .host, tcpType: .passive)
            requests.append(.sendSignaling("cred \(Self.credentials.ufrag) \(Self.credentials.password)"))
            requests.append(.sendSignaling(candidate.sdpValue))
        case .streamClosed(let token, _):
            streams.removeAll { $0.token == token }
        default: break
        }
    }

    func accept(stream: UInt64, at local: SocketAddress, from remote: SocketAddress, now: Instant) -> Bool {
        guard local == address else { return false }
        accepted += 1
        streams.append((stream, remote, StreamFrames()))
        return true
    }

    func closeAll() {
        for stream in streams { requests.append(.closeStream(token: stream.token)) }
        streams.removeAll()
    }

    func receive(_ bytes: inout MutableRawSpan, onStream stream: UInt64, now: Instant) {
        guard let known = streams.first(where: { $0.token == stream }), let address else { return }
        let path = Path(local: address, remote: known.remote)
        bytes.withUnsafeMutableBytes { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                rest = UnsafeRawBufferPointer(rebasing: rest[known.frames.put(rest)...])
                while let frame = known.frames.next() {
                    if let reply = reply(to: UnsafeRawBufferPointer(frame), on: path) { outgoing.append((stream, path, reply)) }
                }
            }
        }
    }

    private func reply(to datagram: UnsafeRawBufferPointer, on path: Path) -> [UInt8]? {
        guard datagram[0] < 4 else { return Array(datagram) }
        guard let request = try? STUNMessage(parsing: datagram.bytes), request.messageClass == .request,
            key.authenticates(request)
        else { return nil }
        return [UInt8](unsafeUninitializedCapacity: 128) { buffer, count in
            var writer = STUNWriter(UnsafeMutableRawBufferPointer(buffer), .success, .binding, request.transactionID)
            writer.append(.xorMappedAddress, xor: path.remote)
            key.sign(&writer)
            count = writer.finish()
        }
    }

    func nextDatagrams(into batch: inout DatagramBatch) -> Drain {
        while let next = outgoing.first {
            guard !batch.isFull else { return .full }
            batch.append(toStream: next.stream, on: next.path) { slot in
                StreamFrames.write(length: next.bytes.count, into: slot)
                UnsafeMutableRawBufferPointer(rebasing: slot[2...]).copyBytes(from: next.bytes)
                return 2 + next.bytes.count
            }
            outgoing.removeFirst()
        }
        return .drained
    }

    func nextRequest() -> HostRequest? { requests.isEmpty ? nil : requests.removeFirst() }
}
