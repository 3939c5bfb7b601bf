import ArgumentParser

/// `2/5` on the command line: the second of five parts of the scenarios, so that several machines share them.
struct Shard: ExpressibleByArgument, CustomStringConvertible {
    /// From 1.
    let part: Int
    let count: Int

    init?(argument: String) {
        let numbers = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let part = numbers[0], let count = numbers[1], (1...10_000).contains(count),
            (1...count).contains(part)
        else { return nil }
        self.part = part
        self.count = count
    }

    var description: String { "\(part)/\(count)" }

    /// Every `count`-th, so that neighbours, which are often alike, go to different machines.
    func chooses(_ index: Int) -> Bool { index % count == part - 1 }
}
