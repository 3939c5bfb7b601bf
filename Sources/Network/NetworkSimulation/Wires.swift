internal import NetworkImpairment
internal import RTCCore

/// The datagrams on their way between two pipes.
struct Wires: ~Copyable {
    struct Flight {
        var source: Int
        /// The slot of a host, or of the NAT before it.
        var destination: Int
        var size: Int
        var ecn: ECN
        /// As the destination sees it.
        var path: Path
    }

    private var slab: DatagramSlab
    private var flights: [Flight] = []

    init(limit: Int) {
        slab = DatagramSlab(limit: limit)
    }

    /// Takes a datagram in; `nil` where the wires are full.
    mutating func launch(_ datagram: UnsafeRawBufferPointer, _ flight: Flight) -> Int? {
        guard let slot = slab.take() else { return nil }
        slab.bytes(of: slot).copyMemory(from: datagram)
        while flights.count <= slot { flights.append(flight) }
        flights[slot] = flight
        return slot
    }

    func flight(_ slot: Int) -> Flight { flights[slot] }

    func bytes(_ slot: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: slab.bytes(of: slot)[..<flights[slot].size])
    }

    mutating func land(_ slot: Int) {
        slab.giveBack(slot)
    }
}
