public import RTCCore
internal import RTCWire

/// How datagrams of one path leave: as they are, wrapped for a TURN server, or framed for a stream, in place.
public struct IceRoute {
    enum Wrapping {
        case none
        /// ChannelData (RFC 8656 §12.4), four bytes in front.
        case channel(UInt16)
        /// A Send indication (RFC 8656 §11.1).
        case indication(SocketAddress, salt: UInt64)
        /// The length in front (RFC 4571 §2).
        case frame
        /// The stream is gone: what would leave is dropped.
        case nowhere
    }

    /// From a socket of ours to where the datagrams go first.
    public let path: Path
    /// The stream that leads there; `nil` for UDP.
    public let stream: UInt64?
    let wrapping: Wrapping
    /// Datagrams that found no way.
    private(set) var dropped = 0
    /// Datagrams that have taken this way, and their bytes, without what was wrapped around them.
    public private(set) var packets = 0
    public private(set) var payloadBytes = 0

    init(path: Path, stream: UInt64? = nil, wrapping: Wrapping = .none) {
        self.path = path
        self.stream = stream
        self.wrapping = wrapping
    }

    /// Whether a TURN server lies on the way.
    public var isRelayed: Bool {
        switch wrapping {
        case .channel, .indication: true
        case .none, .frame, .nowhere: false
        }
    }

    fileprivate var headroom: Int {
        switch wrapping {
        case .none, .nowhere: 0
        case .frame: StreamFrames.headerSize
        case .channel: 4
        case .indication(let peer, _): STUNMessage.headerSize + (peer.family == .ipv4 ? 12 : 24) + 4
        }
    }

    fileprivate mutating func count(_ size: Int) {
        if case .nowhere = wrapping {
            dropped += 1
            return
        }
        packets += 1
        payloadBytes += size
    }

    /// Writes what belongs in front of and behind the payload that lies in the slot already; the size of all of it.
    fileprivate func wrap(_ slot: UnsafeMutableRawBufferPointer, payload size: Int) -> Int {
        switch wrapping {
        case .none:
            return size
        case .nowhere:
            return 0
        case .frame:
            StreamFrames.write(length: size, into: slot)
            return StreamFrames.headerSize + size
        case .channel(let number):
            slot.storeBytes(of: number.bigEndian, toByteOffset: 0, as: UInt16.self)
            slot.storeBytes(of: UInt16(truncatingIfNeeded: size).bigEndian, toByteOffset: 2, as: UInt16.self)
            // Padding is for streams; over UDP it may be left out (RFC 8656 §12.5).
            return stream == nil ? 4 + size : pad(slot, 4 + size)
        case .indication(let peer, let salt):
            let headroom = headroom
            var writer = STUNWriter(
                UnsafeMutableRawBufferPointer(rebasing: slot[..<headroom]), .indication, .send,
                STUNTransactionID(high: UInt32(truncatingIfNeeded: packets), low: salt))
            writer.append(.xorPeerAddress, xor: peer)
            _ = writer.finish(fingerprint: false)
            slot.storeBytes(of: STUNAttributeType.data.rawValue.bigEndian, toByteOffset: headroom - 4, as: UInt16.self)
            slot.storeBytes(of: UInt16(truncatingIfNeeded: size).bigEndian, toByteOffset: headroom - 2, as: UInt16.self)
            let end = pad(slot, headroom + size)
            slot.storeBytes(
                of: UInt16(truncatingIfNeeded: end - STUNMessage.headerSize).bigEndian, toByteOffset: 2, as: UInt16.self)
            return end
        }
    }

    private func pad(_ slot: UnsafeMutableRawBufferPointer, _ size: Int) -> Int {
        let end = (size + 3) & ~3
        for index in size..<end { slot[index] = 0 }
        return end
    }
}

extension DatagramBatch {
    /// Lends the part of the next free slot that a datagram may take, and wraps what `write` leaves there.
    public mutating func append(along route: inout IceRoute, _ write: (UnsafeMutableRawBufferPointer) -> Int) {
        var written = 0
        let current = route
        func fill(_ slot: UnsafeMutableRawBufferPointer) -> Int {
            if case .none = current.wrapping {
                written = write(slot)
                return written
            }
            let part = UnsafeMutableRawBufferPointer(rebasing: slot[current.headroom..<(slot.count - 3)])
            written = write(part)
            return written > 0 ? current.wrap(slot, payload: written) : 0
        }
        if let stream = route.stream {
            append(toStream: stream, on: route.path, fill)
        } else {
            append(on: route.path, fill)
        }
        if written > 0 { route.count(written) }
    }
}
