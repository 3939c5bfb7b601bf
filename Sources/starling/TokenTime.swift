import ArgumentParser

/// A time on the command line: `90s`, `10m` or `1h`.
struct TokenTime: ExpressibleByArgument {
    var seconds: Int64

    init(seconds: Int64) {
        self.seconds = seconds
    }

    init?(argument: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600]
        guard let unit = argument.last.flatMap({ units[$0] }), let count = Int64(argument.dropLast()),
            (1...604_800).contains(count),
            count * unit <= 604_800
        else { return nil }
        seconds = count * unit
    }

    var defaultValueDescription: String { "\(seconds)s" }
}
