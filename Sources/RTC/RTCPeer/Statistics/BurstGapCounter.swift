/// Tells scattered loss from loss in bursts (RFC 3611 §4.7.2), packet by packet in the order of sequence numbers.
///
///     received  ● ● ● ● ○ ● ● … sixteen and more … ● ○ ● ○ ○ ● ● …
///               ──────── gap ────────────────────── ──burst── ─ gap
///
/// A burst begins and ends with a packet that was lost or came too late to be of use, and has fewer than Gmin received ones between any two
/// of them; one such packet alone belongs to the gap around it.
public struct BurstGapCounter: Hashable, Sendable {
    /// The value that RFC 3611 §4.7.2 recommends.
    public static let minimumGap = 16

    /// Packets that were lost, or discarded for being late.
    public private(set) var lost: UInt64 = 0
    public private(set) var packets: UInt64 = 0
    /// Stretches of lost packets without a received one between them.
    public private(set) var runs: UInt64 = 0
    private var closedBursts: UInt64 = 0
    private var closedBurstPackets: UInt64 = 0
    private var closedBurstLost: UInt64 = 0
    private var receivedSince = 0
    /// Of the group of losses that may go on.
    private var groupLost: UInt64 = 0
    private var groupPackets: UInt64 = 0

    public init() {}

    public mutating func add(isReceived: Bool) {
        packets += 1
        guard !isReceived else {
            receivedSince += 1
            if receivedSince == Self.minimumGap { closeGroup() }
            return
        }
        addLoss()
    }

    /// Many packets in a row were lost.
    public mutating func addLost(_ count: UInt64) {
        guard count > 0 else { return }
        packets += count
        addLoss()
        lost += count - 1
        groupLost += count - 1
        groupPackets += count - 1
    }

    private mutating func addLoss() {
        if lost == 0 || receivedSince > 0 { runs += 1 }
        lost += 1
        groupPackets += groupLost == 0 ? 1 : UInt64(receivedSince) + 1
        groupLost += 1
        receivedSince = 0
    }

    private mutating func closeGroup() {
        if groupLost > 1 {
            closedBursts += 1
            closedBurstPackets += groupPackets
            closedBurstLost += groupLost
        }
        groupLost = 0
        groupPackets = 0
    }

    private var isInBurst: Bool { groupLost > 1 }

    public var burstCount: UInt64 { closedBursts + (isInBurst ? 1 : 0) }
    /// Lost and received packets from the first of each burst to its last.
    public var burstPackets: UInt64 { closedBurstPackets + (isInBurst ? groupPackets : 0) }
    public var burstLost: UInt64 { closedBurstLost + (isInBurst ? groupLost : 0) }
    public var gapPackets: UInt64 { packets - burstPackets }
    public var gapLost: UInt64 { lost - burstLost }

    /// How much longer the stretches of loss are than random loss would make them: BurstR of ITU-T G.107 §3.5, 1 where nothing was lost.
    public var burstRatio: Double {
        guard lost > 0, lost < packets else { return 1 }
        let share = Double(lost) / Double(packets)
        return Double(lost) / Double(runs) * (1 - share)
    }
}
