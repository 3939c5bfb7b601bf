internal import RTCCore

extension NetworkTrace {
    /// The columns of a CSV trace; `t_ms` and at least one other.
    public static let columns = ["t_ms", "rate_kbps", "delay_ms", "loss"]

    /// Reads a trace: mahimahi's one number a line, or CSV with a header.
    ///
    /// Empty lines and lines that begin with `#` are skipped. The last line of a CSV lasts as long as the one before it, a single one
    /// for a second.
    ///
    /// - Parameter path: What messages call the file.
    public static func parse(_ bytes: [UInt8], path: String) throws(TraceError) -> NetworkTrace {
        guard bytes.count <= Limits.fileSize else {
            throw TraceError(path: path, message: "the trace is longer than \(Limits.fileSize >> 20) MiB; cut it")
        }
        var parser = TraceParser(path: path)
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) { try parser.take(line) }
        return try parser.finish()
    }

    /// This trace as CSV, which ``parse(_:path:)`` reads; `nil` for delivery opportunities.
    public var csv: String? {
        guard case .steps(let steps) = content else { return nil }
        let columns = zip(Self.columns, [true, setsRate, setsDelay, setsLoss]).filter(\.1).map(\.0)
        var lines = [columns.joined(separator: ",")]
        for step in steps {
            var values = [Self.text(Double(step.at.inNanoseconds) / 1e6)]
            if let rate = step.bitsPerSecond { values.append(Self.text(rate / 1000)) }
            if let delay = step.delay { values.append(Self.text(Double(delay.inNanoseconds) / 1e6)) }
            if let loss = step.loss { values.append(Self.text(loss)) }
            lines.append(values.joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }
}

/// Takes a trace line by line.
private struct TraceParser {
    private enum Format {
        case unknown
        case opportunities
        case table(columns: [Int])
    }

    private let path: String
    private var format = Format.unknown
    private var line = 0
    private var count = 0
    private var opportunities: [UInt32] = []
    private var steps: [NetworkTrace.Step] = []
    private var lastTime = 0.0

    init(path: String) {
        self.path = path
    }

    mutating func take(_ bytes: ArraySlice<UInt8>) throws(TraceError) {
        line += 1
        guard let raw = String(validating: bytes, as: UTF8.self) else {
            throw error("the line is not text; a trace has numbers only")
        }
        let text = raw.trimmed
        guard !text.isEmpty, !text.hasPrefix("#") else { return }
        count += 1
        guard count <= NetworkTrace.Limits.lines else {
            throw error("the trace has more than \(NetworkTrace.Limits.lines) lines; cut it")
        }
        switch format {
        case .unknown: try begin(text)
        case .opportunities: try takeOpportunity(text)
        case .table(let columns): try takeRow(text, columns)
        }
    }

    func finish() throws(TraceError) -> NetworkTrace {
        switch format {
        case .unknown:
            throw TraceError(
                path: path,
                message: "the trace is empty: write one millisecond a line (mahimahi), or CSV with the header "
                    + NetworkTrace.columns.joined(separator: ","))
        case .opportunities:
            guard lastTime > 0 else {
                throw error("the last time is the length of the trace and must be more than 0: write 1 or more")
            }
            return NetworkTrace(opportunities: opportunities)
        case .table:
            guard let last = steps.last else {
                throw error("the trace has a header and no lines: write at least one, such as 0,1000")
            }
            let tail = steps.count > 1 ? last.at - steps[steps.count - 2].at : .seconds(1)
            return NetworkTrace(steps: steps, length: last.at + tail)
        }
    }

    private mutating func begin(_ text: String) throws(TraceError) {
        if text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            format = .opportunities
            return try takeOpportunity(text)
        }
        var columns: [Int] = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed) {
            guard let column = NetworkTrace.columns.firstIndex(of: name) else {
                throw error(
                    "'\(name.shortened)' is not a column of a trace; there are: \(NetworkTrace.columns.joined(separator: ", "))")
            }
            guard !columns.contains(column) else { throw error("the column '\(name)' stands twice; keep one") }
            columns.append(column)
        }
        guard columns.contains(0), columns.count > 1 else {
            throw error("a trace needs the column t_ms and one of rate_kbps, delay_ms and loss: write t_ms,rate_kbps")
        }
        format = .table(columns: columns)
    }

    private mutating func takeOpportunity(_ text: String) throws(TraceError) {
        guard let time = UInt32(text), Double(time) <= NetworkTrace.Limits.longestTime else {
            throw error("'\(text.shortened)' is not a millisecond: write whole numbers up to a week, one a line")
        }
        guard Double(time) >= lastTime else {
            throw error("\(time) comes before \(UInt32(lastTime)) of the line above: sort the lines")
        }
        lastTime = Double(time)
        opportunities.append(time)
    }

    private mutating func takeRow(_ text: String, _ columns: [Int]) throws(TraceError) {
        let cells = text.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
        guard cells.count == columns.count else {
            throw error(
                "the line has \(cells.count) values; the header has \(columns.count): "
                    + columns.map { NetworkTrace.columns[$0] }.joined(separator: ","))
        }
        var step = NetworkTrace.Step(at: .zero)
        var time = 0.0
        for (column, cell) in zip(columns, cells) {
            switch column {
            case 0: time = try number(cell, column, upTo: NetworkTrace.Limits.longestTime)
            case 1: step.bitsPerSecond = try number(cell, column, upTo: NetworkTrace.Limits.fastest / 1000) * 1000
            case 2:
                step.delay = .nanoseconds(
                    Int64(try number(cell, column, upTo: NetworkTrace.Limits.longestDelay.inSeconds * 1000) * 1e6))
            default: step.loss = try number(cell, column, upTo: 1)
            }
        }
        if steps.isEmpty { firstTime = time }
        guard steps.isEmpty || time > lastTime else {
            throw error("the time \(cells[columns.firstIndex(of: 0) ?? 0]) does not come after the line above: sort the lines")
        }
        lastTime = time
        step.at = .nanoseconds(Int64((time - firstTime) * 1e6))
        steps.append(step)
    }

    /// Times count from the first line.
    private var firstTime = 0.0

    private func number(_ text: String, _ column: Int, upTo most: Double) throws(TraceError) -> Double {
        let name = NetworkTrace.columns[column]
        guard let value = Double(text), value.isFinite, value >= 0 else {
            throw error("'\(text.shortened)' is not a number for \(name): write 0 or more")
        }
        guard value <= most else {
            let bound = most == most.rounded() ? String(Int64(most)) : String(most)
            let hint = name == "loss" ? " (a share from 0 to 1, not per cent)" : ""
            throw error("'\(text.shortened)' is too much for \(name): write at most \(bound)\(hint)")
        }
        return value
    }

    private func error(_ message: String) -> TraceError {
        TraceError(path: path, line: line, message: message)
    }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }

    fileprivate var shortened: String {
        count <= 40 ? String(self) : "\(prefix(40))…"
    }
}
