import Operations

#if canImport(Glibc)
    import Glibc
#endif

/// What the system says of this process, under the names that Prometheus's own clients use.
enum ProcessMetrics {
    /// - Parameter startedAt: Seconds since 1970.
    static func families(startedAt: Double) -> [MetricFamily] {
        var usage = rusage()
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return [] }
        let seconds = { (time: timeval) in Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return [
            MetricFamily(
                "process_cpu_seconds_total", "CPU used, in user and system mode.",
                .counter([.init(seconds(usage.ru_utime) + seconds(usage.ru_stime))])),
            MetricFamily("process_start_time_seconds", "When the server began, since 1970.", .gauge([.init(startedAt)])),
            MetricFamily(
                "process_resident_memory_max_bytes", "The most memory it ever had.",
                .gauge([.init(Double(usage.ru_maxrss) * 1024)])),
        ]
    }
}
