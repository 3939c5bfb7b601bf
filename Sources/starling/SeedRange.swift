import ArgumentParser

/// `1..1000` on the command line: both ends belong to it.
struct SeedRange: ExpressibleByArgument {
    let seeds: ClosedRange<UInt64>

    init?(argument: String) {
        let ends = argument.split(separator: ".", omittingEmptySubsequences: true).map { UInt64($0) }
        guard argument.contains(".."), ends.count == 2, let first = ends[0], let last = ends[1], first <= last,
            last - first < 1_000_000
        else { return nil }
        seeds = first...last
    }
}
