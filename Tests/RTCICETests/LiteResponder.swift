import RTCCore
import RTCCrypto
import RTCICE
import RTCWire

/// An ICE-lite endpoint (RFC 8445 §2.5): it answers checks on its own addresses and takes the pair that the other side nominates.
/// It never checks anything itself.
final class LiteResponder {
    let credentials: IceCredentials
    let addresses: [SocketAddress]
    private let key: HMACSHA1
    /// Addresses of ours on which it answers nothing, as behind a firewall.
    var silent: Set<SocketAddress> = []
    /// Of authentic requests, in the order in which they came.
    private(set) var requests: [(path: Path, isControlling: Bool, usesCandidate: Bool, answered: Bool)] = []
    private(set) var refused = 0

    init(_ addresses: [SocketAddress], credentials: IceCredentials) {
        self.addresses = addresses
        self.credentials = credentials
        key = HMACSHA1(key: Array(credentials.password.utf8))
    }

    /// The addresses by falling preference, as a lite agent signals them: host candidates alone.
    var candidates: [IceCandidate] {
        addresses.enumerated().map { index, address in
            IceCandidate(
                foundation: "\(index + 1)",
                priority: IceCandidate.priority(of: .host, localPreference: UInt16(65_535 - index)), address: address, kind: .host
            )
        }
    }

    /// The pairs that were nominated, in the order in which they first were.
    var nominated: [Path] {
        requests.filter(\.usesCandidate).reduce(into: []) { if !$0.contains($1.path) { $0.append($1.path) } }
    }

    /// The answer to a datagram that came on a path; `nil` for none.
    func answer(_ datagram: [UInt8], on path: Path) -> [UInt8]? {
        datagram.withUnsafeBytes { raw in
            guard let request = try? STUNMessage(parsing: raw.bytes), request.messageClass == .request,
                let username = request.username, username.array.starts(with: Array("\(credentials.ufrag):".utf8)),
                authenticates(request)
            else {
                refused += 1
                return nil
            }
            let isSilent = silent.contains(path.local)
            requests.append((path, request.iceControlling != nil, request.usesCandidate, !isSilent))
            guard !isSilent else { return nil }
            return [UInt8](unsafeUninitializedCapacity: 128) { buffer, count in
                var writer = STUNWriter(UnsafeMutableRawBufferPointer(buffer), .success, .binding, request.transactionID)
                writer.append(.xorMappedAddress, xor: path.remote)
                writer.appendIntegrity { key.authenticate($0, into: $1) }
                count = writer.finish()
            }
        }
    }

    private func authenticates(_ message: borrowing STUNMessage) -> Bool {
        message.withIntegrity { start, rest, code in
            withUnsafeTemporaryAllocation(byteCount: HMACSHA1.size, alignment: 8) { expected in
                key.authenticate(start, rest, into: expected)
                return HMACSHA1.equal(UnsafeRawBufferPointer(expected), code)
            }
        } ?? false
    }
}
