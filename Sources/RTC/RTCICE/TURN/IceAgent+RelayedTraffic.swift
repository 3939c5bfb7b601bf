public import RTCCore

extension IceAgent {
    /// How datagrams of a path leave now. For a few datagrams: it is to be asked again at the next drain.
    public mutating func route(of path: Path) -> IceRoute {
        if Self.isStreamBase(path.local) { return streamRoute(of: path) }
        guard !relays.isEmpty, let index = relay(at: path.local) else { return IceRoute(path: path) }
        return relays[index].client.route(to: path.remote, base: relays[index].base, stream: relays[index].stream)
            ?? IceRoute(path: path)
    }

    /// Counts what has taken a route.
    public mutating func noteSent(_ route: IceRoute) {
        counters.droppedWithoutStream += UInt64(route.dropped)
        guard route.isRelayed else { return }
        counters.relayedPacketsSent += UInt64(route.packets)
        counters.relayedBytesSent += UInt64(route.payloadBytes)
    }

    /// Finds out whether a datagram came through a relay, and takes it where it was for the relay's client.
    public mutating func unwrap(_ datagram: UnsafeMutableRawBufferPointer, on path: Path, now: Instant) -> IceInbound {
        guard !relays.isEmpty,
            let index = relays.firstIndex(where: {
                $0.stream == nil && $0.base == path.local && $0.client.server.address == path.remote
            })
        else { return .direct }
        switch relays[index].client.receive(UnsafeRawBufferPointer(datagram), now: now) {
        case .control:
            work(now)
            return .consumed
        case .data(let peer, let range):
            return .relayed(inbound(at: index, from: peer, size: range.count), range)
        case .malformed:
            // The same server may have been asked for a reflexive address.
            if let first = datagram.first, first < 4 { return .direct }
            counters.malformed += 1
            return .consumed
        }
    }

    private mutating func inbound(at index: Int, from peer: SocketAddress, size: Int) -> Path {
        counters.relayedPacketsReceived += 1
        counters.relayedBytesReceived += UInt64(size)
        return Path(local: relays[index].client.relayed ?? relays[index].base, remote: peer)
    }

    /// Takes as many of a stream's bytes as there is room for; then take ``nextDatagram(onStream:now:)`` until there is none, and offer the
    /// rest again.
    public mutating func put(_ bytes: UnsafeRawBufferPointer, onStream token: UInt64) -> Int {
        if let relay = relays.first(where: { $0.stream == token }) { return relay.frames?.put(bytes) ?? 0 }
        return streams.first { $0.token == token }?.frames.put(bytes) ?? 0
    }

    /// The next datagram that a stream brought from a peer, valid until the next call of ``put(_:onStream:)``.
    public mutating func nextDatagram(onStream token: UInt64, now: Instant) -> (UnsafeMutableRawBufferPointer, Path)? {
        if !streams.isEmpty, let framed = nextFramed(onStream: token, now: now) { return framed }
        while let index = relays.firstIndex(where: { $0.stream == token }), let frames = relays[index].frames {
            guard let frame = frames.next() else {
                guard frames.isBroken else { return nil }
                relays[index].client.linkLost("what came over the stream is no TURN")
                work(now)
                return nil
            }
            switch relays[index].client.receive(UnsafeRawBufferPointer(frame), now: now) {
            case .control:
                work(now)
            case .data(let peer, let range):
                return (
                    UnsafeMutableRawBufferPointer(rebasing: frame[range]), inbound(at: index, from: peer, size: range.count)
                )
            case .malformed:
                counters.malformed += 1
            }
        }
        return nil
    }

    /// Writes what relays have to say to their servers.
    mutating func writeRelays(into batch: inout DatagramBatch) -> Drain {
        for index in relays.indices where relays[index].isLinked {
            let path = Path(local: relays[index].base, remote: relays[index].client.server.address)
            while relays[index].client.hasMessage {
                guard !batch.isFull else { return .full }
                if let stream = relays[index].stream {
                    batch.append(toStream: stream, on: path) { relays[index].client.nextMessage(into: $0) }
                } else {
                    batch.append(on: path) { relays[index].client.nextMessage(into: $0) }
                }
            }
        }
        return .drained
    }
}
