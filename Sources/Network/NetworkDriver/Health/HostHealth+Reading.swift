internal import CStarlingSocket
public import RTCCore

extension HostHealth {
    /// Reads the host's state now.
    ///
    /// - Parameter time: What ``time`` is to say.
    public static func read(at time: Instant) -> HostHealth {
        HostHealth(
            time: time, processCPU: .nanoseconds(starling_process_cpu()),
            cpuPressure: beginning(of: "/proc/pressure/cpu").flatMap(pressure(from:)),
            steal: beginning(of: "/proc/stat").flatMap { steal(from: $0, ticksPerSecond: starling_clock_ticks()) },
            processors: max(1, starling_processors()))
    }

    private static func beginning(of path: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
            let size = starling_read_file(path, buffer.baseAddress, buffer.count)
            guard size > 0 else { return nil }
            return String(decoding: UnsafeRawBufferPointer(start: buffer.baseAddress, count: size), as: UTF8.self)
        }
    }
}
