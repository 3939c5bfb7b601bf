package import RTCCore

/// The earliest deadline of each of many machines: a binary heap with at most one entry per slot, which can be moved in place.
package struct DeadlineHeap {
    package init() {}

    package struct Entry {
        package var time: Instant
        package var slot: Int
    }

    private var entries: [Entry] = []
    /// Where each slot's entry lies, or -1.
    private var places: [Int32] = []

    package var count: Int { entries.count }

    /// The earliest entry; among equals any one.
    package var first: Entry? { entries.first }

    package func time(of slot: Int) -> Instant? {
        guard slot < places.count, places[slot] >= 0 else { return nil }
        return entries[Int(places[slot])].time
    }

    package mutating func set(_ slot: Int, to time: Instant) {
        while places.count <= slot { places.append(-1) }
        let place = Int(places[slot])
        guard place >= 0 else {
            entries.append(Entry(time: time, slot: slot))
            places[slot] = Int32(entries.count - 1)
            rise(from: entries.count - 1)
            return
        }
        let isEarlier = time < entries[place].time
        entries[place].time = time
        if isEarlier { rise(from: place) } else { sink(from: place) }
    }

    package mutating func remove(_ slot: Int) {
        guard slot < places.count, places[slot] >= 0 else { return }
        let place = Int(places[slot])
        places[slot] = -1
        let last = entries.removeLast()
        guard place < entries.count else { return }
        entries[place] = last
        places[last.slot] = Int32(place)
        rise(from: place)
        sink(from: Int(places[last.slot]))
    }

    private mutating func rise(from start: Int) {
        let entry = entries[start]
        var place = start
        while place > 0 {
            let parent = (place - 1) / 2
            guard entry.time < entries[parent].time else { break }
            put(entries[parent], at: place)
            place = parent
        }
        put(entry, at: place)
    }

    private mutating func sink(from start: Int) {
        let entry = entries[start]
        var place = start
        while true {
            var child = 2 * place + 1
            guard child < entries.count else { break }
            if child + 1 < entries.count, entries[child + 1].time < entries[child].time { child += 1 }
            guard entries[child].time < entry.time else { break }
            put(entries[child], at: place)
            place = child
        }
        put(entry, at: place)
    }

    private mutating func put(_ entry: Entry, at place: Int) {
        entries[place] = entry
        places[entry.slot] = Int32(place)
    }
}
