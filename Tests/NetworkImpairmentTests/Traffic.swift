import NetworkImpairment
import RTCCore

/// A steady stream of RTP packets, and what became of each.
struct Traffic {
    struct Arrival: Equatable {
        var number: Int
        var at: Instant
        var bytes: [UInt8]
    }

    static let ssrc: UInt32 = 0xCAFE_F00D
    static let path = Path(local: .loopback(port: 1000), remote: .loopback(port: 2000))
    static let pathIPv6 = Path(
        local: SocketAddress(ipv6High: 0, low: 1, port: 1000), remote: SocketAddress(ipv6High: 0, low: 1, port: 2000))

    var spacing: Duration = .milliseconds(1)
    var size = 100
    var path = Traffic.path
    var keepsBytes = false
    var ecn = ECN.notECT

    private(set) var verdicts: [Verdict] = []
    private(set) var arrivals: [Arrival] = []
    /// By arrival.
    private(set) var codepoints: [ECN] = []
    private(set) var now = Instant.origin

    init(spacing: Duration = .milliseconds(1), size: Int = 100, path: Path = Traffic.path, keepsBytes: Bool = false) {
        self.spacing = spacing
        self.size = size
        self.path = path
        self.keepsBytes = keepsBytes
    }

    static func packet(_ number: Int, size: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xA5, count: size)
        bytes[0] = 0x80
        bytes[1] = 96
        bytes[2] = UInt8(truncatingIfNeeded: number >> 8)
        bytes[3] = UInt8(truncatingIfNeeded: number)
        for (index, shift) in [24, 16, 8, 0].enumerated() {
            bytes[8 + index] = UInt8(truncatingIfNeeded: ssrc >> UInt32(shift))
            if size >= 16 { bytes[12 + index] = UInt8(truncatingIfNeeded: number >> shift) }
        }
        return bytes
    }

    /// Offers so many more packets, one per spacing.
    mutating func send(_ count: Int, through pipe: inout ImpairedPipe) {
        var bytes = Self.packet(0, size: size)
        for _ in 0..<count {
            let number = verdicts.count
            take(until: now, from: &pipe)
            bytes[2] = UInt8(truncatingIfNeeded: number >> 8)
            bytes[3] = UInt8(truncatingIfNeeded: number)
            if size >= 16 {
                for (index, shift) in [24, 16, 8, 0].enumerated() {
                    bytes[12 + index] = UInt8(truncatingIfNeeded: number >> shift)
                }
            }
            let verdict = bytes.withUnsafeBytes { pipe.offer($0, on: path, ecn: ecn, now: now) }
            verdicts.append(verdict)
            if verdict == .pass {
                arrivals.append(Arrival(number: number, at: now, bytes: keepsBytes ? bytes : []))
                codepoints.append(ecn)
            }
            now += spacing
        }
    }

    /// Takes everything that comes out up to a moment, each at its deadline.
    mutating func take(until end: Instant, from pipe: inout ImpairedPipe) {
        while let deadline = pipe.deadline, deadline <= end {
            while let (arrival, ecn) = Self.nextMarked(from: &pipe, at: deadline, keepsBytes: keepsBytes) {
                arrivals.append(arrival)
                codepoints.append(ecn)
            }
        }
    }

    mutating func finish(_ pipe: inout ImpairedPipe) {
        take(until: Instant(nanoseconds: .max), from: &pipe)
    }

    static func next(from pipe: inout ImpairedPipe, at now: Instant, keepsBytes: Bool = true) -> Arrival? {
        nextMarked(from: &pipe, at: now, keepsBytes: keepsBytes)?.0
    }

    static func nextMarked(from pipe: inout ImpairedPipe, at now: Instant, keepsBytes: Bool = true) -> (Arrival, ECN)? {
        var arrival: (Arrival, ECN)?
        let isDue = pipe.nextRelease(at: now) { bytes, release in
            let number = bytes.count >= 16 ? bytes[12..<16].reduce(0) { $0 << 8 | Int($1) } : -1
            arrival = (Arrival(number: number, at: now, bytes: keepsBytes ? Array(bytes) : []), release.ecn)
        }
        return isDue ? arrival : nil
    }

    func sentAt(_ number: Int) -> Instant {
        Instant(nanoseconds: UInt64(number) * UInt64(spacing.inNanoseconds))
    }

    /// Nanoseconds under way, for each arrival.
    var delays: [Double] {
        arrivals.map { Double(sentAt($0.number).nanoseconds(to: $0.at)) }
    }

    var losses: [Bool] { verdicts.map { $0 == .dropped(.loss) } }
}

func pipe(_ impairment: Impairment, seed: UInt64 = 7) -> ImpairedPipe {
    var pipe = ImpairedPipe(direction: .up, seed: seed)
    pipe.set(impairment, at: .origin)
    return pipe
}

func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(values.count)
}

func deviation(_ values: [Double]) -> Double {
    let middle = mean(values)
    return (values.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / Double(values.count)).squareRoot()
}

/// Four standard deviations of the share of successes among so many independent trials.
func fourDeviations(_ probability: Double, trials: Double) -> Double {
    4 * (probability * (1 - probability) / trials).squareRoot()
}
