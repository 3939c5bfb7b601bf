/// Reads an assertion from left to right; each step says what it expected and where.
struct AssertionParser {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private let end: Int

    /// The assertion without the space around it.
    var text: String {
        let start = scalars.firstIndex { !Self.isSpace($0) } ?? end
        return string(start..<max(start, end))
    }

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
        end = (scalars.lastIndex { !Self.isSpace($0) } ?? -1) + 1
    }

    mutating func metric() throws(AssertionError) -> Metric {
        skipSpace()
        guard end <= 500 else { throw AssertionError("an assertion of \(end) characters is too long", at: 0) }
        let start = position
        let name = word { Self.isWord($0) || $0 == "." }
        guard !name.isEmpty else {
            throw AssertionError(
                "an assertion begins with a metric: write METRIC [AGGREGATE] OPERATOR VALUE, such as 'first_frame p95 < 2s'",
                at: start)
        }
        guard let metric = MetricCatalog.metric(named: name) else {
            throw AssertionError(
                "'\(name)' is not a metric" + Spelling.advice(for: name, in: MetricCatalog.all.map(\.name), noun: "there are"),
                at: start)
        }
        return metric
    }

    mutating func tags() throws(AssertionError) -> [(String, String)] {
        skipSpace()
        guard peek == "{" else { return [] }
        let opening = position
        position += 1
        var tags: [(String, String)] = []
        while true {
            skipSpace()
            let start = position
            let key = word(Self.isWord)
            guard MetricCatalog.tags.contains(key) else {
                throw AssertionError(
                    key.isEmpty
                        ? "a tag is missing: write {group=callers}"
                        : "'\(key)' is not a tag" + Spelling.advice(for: key, in: MetricCatalog.tags, noun: "there are"),
                    at: start)
            }
            guard !tags.contains(where: { $0.0 == key }) else {
                throw AssertionError("the tag '\(key)' is given twice", at: start)
            }
            skipSpace()
            guard peek == "=" else { throw AssertionError("a tag needs a value: write {\(key)=…}", at: position) }
            position += 1
            skipSpace()
            let valueStart = position
            let value = word { !Self.isSpace($0) && $0 != "," && $0 != "}" && $0 != "{" }
            guard !value.isEmpty else { throw AssertionError("the tag '\(key)' has no value: write {\(key)=…}", at: valueStart) }
            tags.append((key, value))
            skipSpace()
            if peek == "," {
                position += 1
            } else if peek == "}" {
                position += 1
                return tags
            } else {
                throw AssertionError("the tags that begin here are not closed with '}'", at: opening)
            }
        }
    }

    mutating func aggregate(of metric: Metric) throws(AssertionError) -> Aggregate? {
        skipSpace()
        let start = position
        let name = word(Self.isWord)
        guard !name.isEmpty else { return metric.defaultAggregate }
        guard let aggregate = Aggregate(rawValue: name) else {
            let names = Aggregate.allCases.map(\.rawValue)
            throw AssertionError(
                "'\(name)' is not an aggregate" + Spelling.advice(for: name, in: names, noun: "there are"), at: start)
        }
        guard metric.takesAggregate else {
            throw AssertionError("'\(metric.name)' is one value and takes no aggregate: leave '\(name)' out", at: start)
        }
        if aggregate == .sum, metric.dimension == .ratio {
            throw AssertionError("a sum of percentages says nothing: write mean, or a percentile such as p95", at: start)
        }
        return aggregate
    }

    mutating func comparison(after metric: Metric) throws(AssertionError) -> Comparison {
        skipSpace()
        let start = position
        let symbol = word { "<>=!~".unicodeScalars.contains($0) }
        if let comparison = Comparison(rawValue: symbol) { return comparison }
        let known = Comparison.allCases.map(\.rawValue).joined(separator: " ")
        switch symbol {
        case "":
            throw AssertionError(
                position < end
                    ? "an operator is expected before '\(rest)': one of \(known)"
                    : "'\(metric.name)' is compared with nothing: add an operator and a value, such as '> 0'", at: start)
        case "=": throw AssertionError("'=' is not an operator; did you mean '=='?", at: start)
        case "=<": throw AssertionError("'=<' is not an operator; did you mean '<='?", at: start)
        case "=>": throw AssertionError("'=>' is not an operator; did you mean '>='?", at: start)
        default: throw AssertionError("'\(symbol)' is not an operator; there are: \(known)", at: start)
        }
    }

    mutating func value(of metric: Metric, aggregate: Aggregate?) throws(AssertionError) -> Double {
        skipSpace()
        let start = position
        let dimension = aggregate?.dimension(of: metric.dimension) ?? metric.dimension
        var text = word { !Self.isSpace($0) }
        guard !text.isEmpty else { throw AssertionError("a value is missing: write \(dimension.examples)", at: start) }
        let afterNumber = position
        skipSpace()
        if (try? Quantity(parsing: text))?.dimension == .number {
            let unit = word { !Self.isSpace($0) }
            if Quantity.units.contains(where: { $0.symbol == unit }) { text += unit } else { position = afterNumber }
        }
        let quantity: Quantity
        do {
            quantity = try Quantity(parsing: text)
        } catch {
            throw AssertionError(
                "\(error.message)\(error.message.hasSuffix("?") ? "" : ";") '\(metric.name)' is compared with \(dimension.phrase): write \(dimension.examples)",
                at: start)
        }
        let subject = aggregate == .count || aggregate == .rate ? "\(metric.name) \(aggregate?.rawValue ?? "")" : metric.name
        let isPlain = quantity.dimension == .number
        guard quantity.dimension == dimension || isPlain && (quantity.value == 0 || dimension == .frequency) else {
            let got = isPlain ? "a number without a unit" : quantity.dimension.phrase
            throw AssertionError(
                "'\(subject)' is \(dimension.phrase) and '\(text)' is \(got): write \(dimension.examples)", at: start)
        }
        guard quantity.value >= 0 else { throw AssertionError("'\(subject)' is never negative", at: start) }
        guard dimension != .ratio || quantity.value <= 1 else {
            throw AssertionError("'\(subject)' is never more than 100%", at: start)
        }
        return quantity.value
    }

    mutating func window(events: [String]) throws(AssertionError) -> AssertionWindow? {
        skipSpace()
        guard position < end else { return nil }
        let start = position
        let keyword = word { !Self.isSpace($0) }
        guard AssertionWindow.keywords.contains(keyword) else {
            throw AssertionError(
                "'\(keyword)' is not a window"
                    + Spelling.advice(for: keyword, in: AssertionWindow.keywords, noun: "write one of"), at: start)
        }
        skipSpace()
        let nameStart = position
        let event = word { !Self.isSpace($0) }
        guard !event.isEmpty else { throw AssertionError("'\(keyword)' needs the name of an event", at: start) }
        guard events.contains(event) else {
            let advice =
                events.isEmpty ? "; no entry of the timeline has one" : Spelling.advice(for: event, in: events, noun: "there are")
            throw AssertionError("'\(event)' is not an event" + advice, at: nameStart)
        }
        skipSpace()
        guard position >= end else {
            throw AssertionError("'\(rest)' is too much: an assertion ends after its window", at: position)
        }
        return AssertionWindow(keyword: keyword, event: event)
    }

    private var peek: Unicode.Scalar? { position < end ? scalars[position] : nil }

    private var rest: String { string(position..<max(position, end)) }

    private mutating func skipSpace() {
        while position < end, Self.isSpace(scalars[position]) { position += 1 }
    }

    private mutating func word(_ belongs: (Unicode.Scalar) -> Bool) -> String {
        let start = position
        while position < end, belongs(scalars[position]) { position += 1 }
        return string(start..<position)
    }

    private func string(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range])
        return String(view)
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar) || scalar == "_"
            || scalar == "-"
    }
}
