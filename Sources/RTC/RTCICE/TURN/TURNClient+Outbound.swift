internal import RTCCore
internal import RTCWire

extension TURNClient {
    /// Whether ``nextMessage(into:)`` has something to write.
    public var hasMessage: Bool { transactions.contains { $0.isWaiting } }

    /// Writes the next request to the server; its size in bytes, or 0 where there is none.
    public mutating func nextMessage(into slot: UnsafeMutableRawBufferPointer) -> Int {
        guard let index = transactions.firstIndex(where: { $0.isWaiting }) else { return 0 }
        transactions[index].isWaiting = false
        let transaction = transactions[index]
        if transaction.purpose == .release { transactions.remove(at: index) }
        return write(transaction, into: slot)
    }

    private func write(_ transaction: TURNTransaction, into slot: UnsafeMutableRawBufferPointer) -> Int {
        var writer: STUNWriter
        switch transaction.purpose {
        case .allocate:
            writer = STUNWriter(slot, .request, .allocate, transaction.id)
            // UDP between the server and the peers (RFC 8656 §18.7).
            writer.append(.requestedTransport, UInt32(17) << 24)
            if server.address.family == .ipv6 { writer.append(.requestedAddressFamily, UInt32(2) << 24) }
        case .refresh:
            writer = STUNWriter(slot, .request, .refresh, transaction.id)
        case .release:
            writer = STUNWriter(slot, .request, .refresh, transaction.id)
            writer.append(.lifetime, UInt32(0))
        case .permission(let index):
            writer = STUNWriter(slot, .request, .createPermission, transaction.id)
            writer.append(.xorPeerAddress, xor: permissions[index].peer)
        case .channel(let index):
            writer = STUNWriter(slot, .request, .channelBind, transaction.id)
            writer.append(.channelNumber, UInt32(channels[index].number) << 16)
            writer.append(.xorPeerAddress, xor: channels[index].peer)
        }
        if transaction.isAuthenticated, let key {
            writer.append(.username, bytes: Array(server.username.utf8))
            writer.append(.realm, bytes: realm)
            writer.append(.nonce, bytes: nonce)
            key.sign(&writer)
        }
        return writer.finish()
    }

    /// How a datagram for a peer is to be wrapped now; `nil` without an allocation.
    ///
    /// - Parameters:
    ///   - base: The client's socket, where the server is asked over UDP.
    ///   - stream: The stream's number otherwise.
    mutating func route(to peer: SocketAddress, base: SocketAddress, stream: UInt64?) -> IceRoute? {
        guard state == .allocated else { return nil }
        let wrapping: IceRoute.Wrapping
        if let channel = channels.first(where: { $0.stands && $0.peer == peer }) {
            wrapping = .channel(channel.number)
        } else {
            wrapping = .indication(peer, salt: random.next())
        }
        return IceRoute(path: Path(local: base, remote: server.address), stream: stream, wrapping: wrapping)
    }
}
