import Foundation
import NetworkImpairment
import RTCCore

/// `docs/networks.md`: what each named network was told to do, and what it did to a stream.
struct NetworksDocument {
    let seed: UInt64

    /// What loss, order and delay are measured with: datagrams of audio's size, so far apart that they do not wait for each other.
    private static let lightSize = 200
    private static let lightCount = 20_000
    private static let lightSpacing = Duration.milliseconds(20)
    /// The share of the link that they take at most.
    private static let lightLoad = 0.2
    /// What the link is measured with: full frames, half again as many as it can take.
    private static let heavySize = 1472
    private static let leastHeavyCount = 1000
    private static let heavyTime = Duration.seconds(10)
    private static let heavyLoad = 1.5

    var text: String {
        var lines = introduction
        for family in NetworkProfile.families where family.profiles.contains(where: { $0 != .clean }) {
            lines += ["", "## \(family.title)", "", family.source, ""] + table(family.profiles)
        }
        lines += ["", "## Short names", "", "| name | stands for |", "|---|---|"]
        lines += NetworkProfile.aliases.map { "| `\($0.name)` | `\($0.original)` |" }
        return (lines + ownNetworks).joined(separator: "\n")
    }

    private var ownNetworks: [String] {
        [
            "",
            "## Networks of one's own",
            "",
            "```yaml",
            "network:",
            "  up:                                    # or both: for the two directions alike",
            "    loss: { to_bad: 1%, to_good: 25%, in_good: 0.1%, in_bad: 80% }",
            "    delay: 40ms",
            "    jitter: { amount: 8ms, distribution: paretonormal, correlation: 25% }",
            "    rate: 2Mbps",
            "    queue: { discipline: codel, ecn: true }",
            "  down:",
            "    trace: { file: traces/lte.csv, loop: true }",
            "    queue: { packets: 50 }",
            "```",
            "",
            "A datagram goes through blackout and MTU, then damage, duplication and marks, then loss, then the bottleneck with its queue, then delay, jitter",
            "and order. Each model draws from a generator of its own, each bot and direction from its own share of the run's seed.",
            "",
            "| key | what it takes |",
            "|---|---|",
            "| `loss` | a share; `{ rate, burst }`: bursts of a mean length; `{ to_bad, to_good, in_good, in_bad }`: Gilbert-Elliott per datagram; `{ good, bad, in_good, in_bad }`: the same with mean stays in time. The state changes first, then decides. `place: after_queue` moves the loss behind the bottleneck |",
            "| `delay` | one way |",
            "| `jitter` | ± a time, uniform; `{ amount, distribution, correlation, reorders }` with `uniform`, `normal` (cut off at 3σ), `pareto` (shape 3, cut off at 4σ), `paretonormal`. The order holds unless `reorders: true` |",
            "| `reorder` | `{ every: 5 }`: each fifth skips delay and jitter; `{ share: 1%, by: 20ms }`: some are late and hold nobody up |",
            "| `rate` | of the bottleneck, IP and UDP headers (28 or 48 bytes) included; a change re-times the packet in transmission |",
            "| `bucket` | what an idle bottleneck saves up and sends at once |",
            "| `queue` | `300ms`, `64KiB`, `{ packets: 50 }`, `endless`, `codel` or `{ discipline: codel, target, interval, packets, ecn }` (RFC 8289) |",
            "| `duplicate`, `corrupt` | shares: a second copy with a fate of its own; one flipped bit, which the receiver must refuse |",
            "| `mark` | a share of the ECN-capable datagrams that are marked; `ecn: ect0` or `ect1` of a group makes its datagrams capable |",
            "| `mtu` | longer IP packets vanish |",
            "| `trace` | a file: mahimahi's (one millisecond a line, at each of which 1,500 bytes may leave; it always begins again), or CSV with the header `t_ms,rate_kbps,delay_ms,loss`, of which the last three may be left out. At most \(NetworkTrace.Limits.fileSize >> 20) MiB. A queue bounded in time holds what the trace's mean rate carries in it |",
            "",
            "`starling networks trace NAME` makes a trace whose rate wanders like a recording: a Markov chain over twenty rates that has the",
            "recording's quantiles over one second. There are, with the quantiles 5, 50 and 95 % in Mbps:",
            "",
            "| name | p5 | p50 | p95 |",
            "|---|---|---|---|",
        ]
            + SyntheticTrace.shapes.map {
                "| `\($0.name)` | \(Self.decimals($0.p5, 1)) | \(Self.decimals($0.p50, 1)) | \(Self.decimals($0.p95, 1)) |"
            }
    }

    private var introduction: [String] {
        [
            "# Named networks",
            "",
            "`network: NAME` gives one of these to a group or, in the timeline, to some bots from then on. What they do was measured, not copied:",
            "this file is what `starling networks --measure` prints\(seed == 1 ? "" : " with seed \(seed)"), and a test compares the two. Each network",
            "has a share of the seed of its own.",
            "",
            "Each direction is a pipe of its own, seen from the bot: *down* is what it receives. Loss, burst, delay and order come from "
                + "\(Self.lightCount) datagrams of \(Self.lightSize)",
            "bytes so far apart that they do not wait for each other; throughput and queue drops from frames of \(Self.heavySize) bytes at "
                + "\(Self.heavyLoad) times the rate, after loss, for ten seconds or a whole trace. Bursts are runs of",
            "lost datagrams. The deviation σ is that of the delay; a uniform jitter of ± a has σ = a/√3, less where it exceeds",
            "the delay, since nothing arrives before it is sent. Configured → measured.",
        ]
    }

    private func table(_ profiles: [NetworkProfile]) -> [String] {
        let header = [
            "| network | | loss | burst | delay p50 | p95 | jitter σ | rate | queue drops | reordered |",
            "|---|---|---|---|---|---|---|---|---|---|",
        ]
        return header
            + profiles.flatMap { profile in
                [
                    row("`\(profile.name)`", profile.down, .down, profile.name),
                    row("", profile.up, .up, profile.name),
                ]
            }
    }

    private func row(_ label: String, _ impairment: Impairment, _ direction: PipeDirection, _ name: String) -> String {
        let seed = SplitMix64.derive(seed, name)
        let light = light(impairment, direction, seed: seed)
        let rate = impairment.rate?.bitsPerSecond ?? impairment.trace?.trace?.meanRate
        let heavy = rate.map { self.heavy(impairment, direction, rate: $0, seed: seed) }
        let loss = Self.loss(of: impairment)
        let jitter = impairment.jitter.amount.inSeconds / 3.0.squareRoot()
        let cells = [
            label, direction.rawValue,
            Self.pair(Self.percent(loss), Self.percent(light.loss)),
            Self.pair(
                impairment.trace == nil ? impairment.loss.meanBurst.map { Self.decimals($0, 2) } : nil,
                light.burst.map { Self.decimals($0, 2) }),
            Self.pair(Self.milliseconds(impairment.delay), Self.milliseconds(light.delayP50)),
            Self.milliseconds(light.delayP95),
            Self.pair(Self.decimals(jitter * 1000, 1), Self.milliseconds(light.deviation)),
            rate.map { Self.pair(Self.bitrate($0), heavy.map { Self.bitrate($0.throughput) }) } ?? "–",
            heavy.map { Self.percent($0.queueDrops) } ?? "–",
            Self.percent(light.reordered),
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }

    private func light(_ impairment: Impairment, _ direction: PipeDirection, seed: UInt64) -> PipeProbe.Figures {
        let wireBits = Double(Self.lightSize + 28) * 8
        let slowest = impairment.rate.map { Duration.seconds(wireBits / (Self.lightLoad * $0.bitsPerSecond)) } ?? .zero
        let spacing = max(Self.lightSpacing, max(slowest, impairment.jitter.amount * 2))
        return PipeProbe(size: Self.lightSize, spacing: spacing, count: Self.lightCount)
            .measure(impairment, direction: direction, seed: seed)
    }

    /// A trace is measured over its whole length.
    private func heavy(_ impairment: Impairment, _ direction: PipeDirection, rate: Double, seed: UInt64) -> PipeProbe.Figures {
        let wireBits = Double(Self.heavySize + 28) * 8
        let arriving = 1 - Self.loss(of: impairment)
        let spacing = Duration.seconds(wireBits * arriving / (Self.heavyLoad * rate))
        let time = impairment.trace?.trace?.length ?? Self.heavyTime
        let count = max(Self.leastHeavyCount, Int(time.inSeconds / spacing.inSeconds))
        return PipeProbe(size: Self.heavySize, spacing: spacing, count: count)
            .measure(impairment, direction: direction, seed: seed)
    }

    private static func loss(of impairment: Impairment) -> Double {
        impairment.trace?.trace?.meanLoss ?? impairment.loss.stationaryLoss
    }

    // MARK: text

    private static func pair(_ configured: String?, _ measured: String?) -> String {
        guard configured != nil || measured != nil else { return "–" }
        return "\(configured ?? "–") → \(measured ?? "–")"
    }

    private static func percent(_ share: Double) -> String {
        share == 0 ? "0" : decimals(share * 100, 2) + " %"
    }

    private static func milliseconds(_ duration: Duration) -> String {
        decimals(duration.inSeconds * 1000, 1)
    }

    private static func bitrate(_ bits: Double) -> String {
        bits < 999_500 ? decimals(bits / 1000, 0) + " k" : decimals(bits / 1e6, 2) + " M"
    }

    private static func decimals(_ value: Double, _ places: Int) -> String {
        String(format: "%.\(places)f", value)
    }
}
