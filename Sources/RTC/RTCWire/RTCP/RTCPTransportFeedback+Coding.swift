import RTCCore

extension RTCPTransportFeedback {
    /// The two bits that say what a packet's delta looks like.
    enum Symbol: UInt8 {
        case notReceived = 0
        /// 0…255 ticks, one byte.
        case smallDelta = 1
        /// Two bytes, signed.
        case largeDelta = 2

        var deltaSize: Int { Int(rawValue) }
    }

    /// One chunk of statuses (draft §3.1.3, §3.1.4).
    enum Chunk: Equatable {
        /// One symbol, up to 8,191 times.
        case run(Symbol, count: Int)
        /// Fourteen symbols of one bit.
        case oneBit(UInt16)
        /// Seven symbols of two bits.
        case twoBit(UInt16)

        init?(_ bits: UInt16) {
            if bits & 0x8000 == 0 {
                guard let symbol = Symbol(rawValue: UInt8(bits >> 13)) else { return nil }
                self = .run(symbol, count: Int(bits & 0x1FFF))
            } else {
                self = bits & 0x4000 == 0 ? .oneBit(bits & 0x3FFF) : .twoBit(bits & 0x3FFF)
            }
        }

        var bits: UInt16 {
            switch self {
            case .run(let symbol, let count): UInt16(symbol.rawValue) << 13 | UInt16(count)
            case .oneBit(let symbols): 0x8000 | symbols
            case .twoBit(let symbols): 0xC000 | symbols
            }
        }

        var count: Int {
            switch self {
            case .run(_, let count): count
            case .oneBit: 14
            case .twoBit: 7
            }
        }

        /// `nil` for the value that the draft reserves.
        func symbol(at index: Int) -> Symbol? {
            switch self {
            case .run(let symbol, _): symbol
            case .oneBit(let symbols): Symbol(rawValue: UInt8(symbols >> UInt16(13 - index) & 1))
            case .twoBit(let symbols): Symbol(rawValue: UInt8(symbols >> UInt16(12 - 2 * index) & 3))
            }
        }
    }

    /// Reads what follows the two SSRCs.
    init?(_ reader: inout ByteReader, senderSSRC: UInt32, mediaSSRC: UInt32) {
        guard let base = reader.readUInt16(), let count = reader.readUInt16(), let reference = reader.readUInt24(),
            let feedbackCount = reader.readUInt8(), count > 0,
            let rest = reader.readBytes(reader.remaining), let deltasStart = Self.deltasStart(rest, count: Int(count))
        else { return nil }
        self.init(
            senderSSRC: senderSSRC, mediaSSRC: mediaSSRC, baseSequenceNumber: base, referenceTime: reference,
            feedbackCount: feedbackCount, statuses: [])
        statuses.reserveCapacity(Int(count))
        var chunks = ByteReader(rest)
        var deltas = ByteReader(rest.extracting(deltasStart...))
        while statuses.count < Int(count) {
            guard let bits = chunks.readUInt16(), let chunk = Chunk(bits) else { return nil }
            for index in 0..<min(chunk.count, Int(count) - statuses.count) {
                switch chunk.symbol(at: index) {
                case .notReceived:
                    statuses.append(.notReceived)
                case .smallDelta:
                    guard let delta = deltas.readUInt8() else { return nil }
                    statuses.append(.received(delta: Int16(delta)))
                case .largeDelta:
                    guard let delta = deltas.readUInt16() else { return nil }
                    statuses.append(.received(delta: Int16(bitPattern: delta)))
                case nil:
                    return nil
                }
            }
        }
    }

    /// How many packets a feedback speaks of, read behind its two SSRCs; `nil` for whatever the full parser refuses too.
    static func statusCount(_ reader: inout ByteReader) -> Int? {
        guard reader.skip(2), let count = reader.readUInt16().map(Int.init), count > 0, reader.skip(4),
            let rest = reader.readBytes(reader.remaining), let deltasStart = deltasStart(rest, count: count)
        else { return nil }
        var chunks = ByteReader(rest)
        var covered = 0
        var deltaBytes = 0
        while covered < count {
            guard let bits = chunks.readUInt16(), let chunk = Chunk(bits) else { return nil }
            let used = min(chunk.count, count - covered)
            if case .run(let symbol, _) = chunk {
                deltaBytes += used * symbol.deltaSize
            } else {
                for index in 0..<used {
                    guard let symbol = chunk.symbol(at: index) else { return nil }
                    deltaBytes += symbol.deltaSize
                }
            }
            covered += used
        }
        return deltasStart + deltaBytes <= rest.byteCount ? count : nil
    }

    /// Where the chunks end; `nil` where they end too early or say nothing, so that garbage is refused before it costs memory.
    private static func deltasStart(_ rest: RawSpan, count: Int) -> Int? {
        var reader = ByteReader(rest)
        var covered = 0
        while covered < count {
            guard let bits = reader.readUInt16(), let chunk = Chunk(bits), chunk.count > 0 else { return nil }
            covered += chunk.count
        }
        return reader.offset
    }

    /// Writes all that follows the common header of RTCP, but not the padding to whole words.
    func write(into writer: inout ByteWriter) {
        precondition((1...65_535).contains(statuses.count), "a feedback has 1 to 65,535 statuses")
        writer.write(senderSSRC)
        writer.write(mediaSSRC)
        writer.write(baseSequenceNumber)
        writer.write(UInt16(statuses.count))
        writer.writeUInt24(referenceTime & 0xFF_FFFF)
        writer.write(feedbackCount)
        var index = 0
        while index < statuses.count {
            let chunk = chunk(at: index)
            writer.write(chunk.bits)
            index += chunk.count
        }
        for case .received(let delta) in statuses {
            if let small = UInt8(exactly: delta) { writer.write(small) } else { writer.write(delta) }
        }
    }

    /// Bytes that ``write(into:)`` appends, with the padding.
    var encodedSize: Int {
        var size = 16
        var index = 0
        while index < statuses.count {
            size += 2
            index += chunk(at: index).count
        }
        for status in statuses { size += status.symbol.deltaSize }
        return (size + 3) & ~3
    }

    /// The chunk that says most about the statuses from `start` on.
    private func chunk(at start: Int) -> Chunk {
        let left = statuses.count - start
        let symbol = statuses[start].symbol
        var run = 1
        while run < min(left, 0x1FFF), statuses[start + run].symbol == symbol { run += 1 }
        if run >= 14 || run == left { return .run(symbol, count: run) }

        var oneBit: UInt16 = 0
        var oneBitCount = 0
        for index in 0..<min(left, 14) {
            let symbol = statuses[start + index].symbol
            guard symbol != .largeDelta else { break }
            oneBit |= UInt16(symbol.rawValue) << UInt16(13 - index)
            oneBitCount += 1
        }
        if oneBitCount == min(left, 14) { return .oneBit(oneBit) }
        return run >= 7 ? .run(symbol, count: run) : .twoBit(twoBitSymbols(at: start))
    }

    private func twoBitSymbols(at start: Int) -> UInt16 {
        var bits: UInt16 = 0
        for index in 0..<min(statuses.count - start, 7) {
            bits |= UInt16(statuses[start + index].symbol.rawValue) << UInt16(12 - 2 * index)
        }
        return bits
    }
}

extension RTCPTransportFeedback.PacketStatus {
    /// How this status is written.
    var symbol: RTCPTransportFeedback.Symbol {
        switch self {
        case .notReceived: .notReceived
        case .received(let delta): UInt8(exactly: delta) == nil ? .largeDelta : .smallDelta
        }
    }
}
