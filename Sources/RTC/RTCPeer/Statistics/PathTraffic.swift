public import RTCCore

/// What went over one way: everything but STUN, in UDP payload.
public struct PathTraffic: Hashable, Sendable {
    public var path: Path
    public var packetsSent: UInt64 = 0
    public var bytesSent: UInt64 = 0
    public var packetsReceived: UInt64 = 0
    public var bytesReceived: UInt64 = 0
    public var lastSent: Instant?
    public var lastReceived: Instant?

    package init(path: Path) {
        self.path = path
    }
}

/// The traffic of each way, the one in use found without a search.
package struct TrafficBook {
    /// Ways that are told apart; what goes over further ones is in the transport's own counters.
    private static let limit = 32

    package private(set) var paths: ContiguousArray<PathTraffic> = []
    private var current = 0

    package init() {}

    package mutating func receive(bytes: Int, on path: Path, at now: Instant) {
        guard select(path) else { return }
        paths[current].packetsReceived += 1
        paths[current].bytesReceived += UInt64(bytes)
        paths[current].lastReceived = now
    }

    package mutating func send(packets: Int, bytes: Int, on path: Path, at now: Instant) {
        guard packets > 0, select(path) else { return }
        paths[current].packetsSent += UInt64(packets)
        paths[current].bytesSent += UInt64(bytes)
        paths[current].lastSent = now
    }

    private mutating func select(_ path: Path) -> Bool {
        if current < paths.count, paths[current].path == path { return true }
        if let known = paths.firstIndex(where: { $0.path == path }) {
            current = known
            return true
        }
        guard paths.count < Self.limit else { return false }
        paths.append(PathTraffic(path: path))
        current = paths.count - 1
        return true
    }
}
