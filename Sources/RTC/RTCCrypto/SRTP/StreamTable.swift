/// One value per SSRC: an open-addressing index over a dense array, which allocates only when a new SSRC comes.
struct StreamTable<Value>: ~Copyable {
    private struct Entry {
        var ssrc: UInt32
        var lastUse: UInt64
        var value: Value
    }

    private let limit: Int
    private var entries: [Entry] = []
    /// Positions in `entries`, or -1; a power of two at least twice as many as entries.
    private var places: [Int16]
    private var uses: UInt64 = 0
    private var latest = 0

    /// - Parameter limit: How many SSRCs are kept, at most 16,384; beyond it the one unused for longest is forgotten.
    init(limit: Int) {
        precondition(limit > 0 && limit <= 16_384, "positions have 15 bits")
        self.limit = limit
        places = Array(repeating: -1, count: 16)
    }

    var count: Int { entries.count }

    /// Where an SSRC's value lies, valid until the next insertion.
    mutating func position(of ssrc: UInt32) -> Int? {
        // Packets of one stream come in runs.
        if latest < entries.count, entries[latest].ssrc == ssrc { return latest }
        let mask = places.count - 1
        var place = Self.hash(ssrc) & mask
        while true {
            let position = Int(places[place])
            if position < 0 { return nil }
            if entries[position].ssrc == ssrc {
                latest = position
                return position
            }
            place = (place + 1) & mask
        }
    }

    subscript(position: Int) -> Value {
        _read { yield entries[position].value }
        _modify {
            uses &+= 1
            entries[position].lastUse = uses
            yield &entries[position].value
        }
    }

    /// Adds an SSRC that ``position(of:)`` does not know.
    mutating func insert(_ value: Value, for ssrc: UInt32) {
        uses &+= 1
        let entry = Entry(ssrc: ssrc, lastUse: uses, value: value)
        if entries.count == limit {
            let oldest = entries.indices.min { entries[$0].lastUse < entries[$1].lastUse } ?? 0
            entries[oldest] = entry
            rebuild(size: places.count)
        } else {
            entries.append(entry)
            if entries.count * 2 > places.count {
                rebuild(size: places.count * 2)
            } else {
                place(entries.count - 1)
            }
        }
    }

    private mutating func rebuild(size: Int) {
        places = Array(repeating: -1, count: size)
        for position in entries.indices { place(position) }
    }

    private mutating func place(_ position: Int) {
        let mask = places.count - 1
        var place = Self.hash(entries[position].ssrc) & mask
        while places[place] >= 0 { place = (place + 1) & mask }
        places[place] = Int16(position)
    }

    private static func hash(_ ssrc: UInt32) -> Int {
        Int((ssrc &* 0x9E37_79B1) >> 12)
    }
}
