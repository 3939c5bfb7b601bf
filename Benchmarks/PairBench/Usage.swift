import CAllocationCounter
import Glibc

/// What this process has used so far.
struct Usage {
    /// User and system time of all threads.
    var cpu: Duration
    /// Calls for heap memory, by anyone.
    var allocations: UInt64
    /// Pages that the system had to bring in, most of them fresh memory.
    var pageFaults: Int

    static func now() -> Usage {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
        let microseconds = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
        return Usage(
            cpu: .seconds(seconds) + .microseconds(microseconds), allocations: allocation_count(),
            pageFaults: usage.ru_minflt + usage.ru_majflt)
    }

    /// Memory in use (resident set) in bytes.
    static func residentBytes() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, 128, file) != nil else { return 0 }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let fields = text.split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }
}
