public import RTCCore

/// How busy the host is on which the driver runs; what counts up counts from the process's or the system's start.
public struct HostHealth: Sendable, Hashable {
    /// When it was read.
    public var time: Instant
    /// CPU time of this process, all threads together.
    public var processCPU: Duration
    /// Share of the last ten seconds in which some task waited for a processor, in 0...1 (`some avg10` of /proc/pressure/cpu);
    /// `nil` where the system does not tell.
    public var cpuPressure: Double?
    /// Time that the hypervisor gave to others, all processors together (/proc/stat); `nil` where the system does not tell.
    public var steal: Duration?
    /// Processors in use.
    public var processors: Int
}

extension HostHealth {
    /// Reads `some avg10` from the text of /proc/pressure/cpu.
    package static func pressure(from text: String) -> Double? {
        for line in text.split(separator: "\n") where line.hasPrefix("some ") {
            for field in line.split(separator: " ") where field.hasPrefix("avg10=") {
                guard let percent = Double(field.dropFirst("avg10=".count)), (0...100).contains(percent) else { return nil }
                return percent / 100
            }
        }
        return nil
    }

    /// Reads the eighth column of the first line of /proc/stat.
    package static func steal(from text: String, ticksPerSecond: Int) -> Duration? {
        let place = 8
        guard let line = text.split(separator: "\n").first, line.hasPrefix("cpu "), ticksPerSecond > 0 else { return nil }
        let fields = line.split(separator: " ")
        guard fields.count > place, let ticks = UInt32(fields[place]) else { return nil }
        return .nanoseconds(Int64(ticks) * (1_000_000_000 / Int64(ticksPerSecond)))
    }
}
