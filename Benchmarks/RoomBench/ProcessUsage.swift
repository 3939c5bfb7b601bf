import Glibc
import RTCCore

/// What a process on this machine has used so far, as the kernel counts it (proc(5)).
struct ProcessUsage {
    /// User and system time of all threads, to 10 ms.
    var cpu: Duration
    /// Memory in use (resident set) in bytes.
    var resident: Int

    /// - Returns: `nil` where there is no such process.
    init?(of process: Int32) {
        guard let stat = Self.read("/proc/\(process)/stat"), let statm = Self.read("/proc/\(process)/statm"),
            let end = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        let pages = statm.split(separator: " ")
        guard fields.count > 12, pages.count > 1, let user = Int(fields[11]), let system = Int(fields[12]),
            let resident = Int(pages[1])
        else { return nil }
        cpu = .seconds(1) * (Double(user + system) / Double(sysconf(Int32(_SC_CLK_TCK))))
        self.resident = resident * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    private static func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
