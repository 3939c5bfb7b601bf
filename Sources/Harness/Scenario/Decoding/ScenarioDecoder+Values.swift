import Measurement
import RTCCore

extension ScenarioDecoder {
    /// Longer runs, delays and waits are slips of the pen, and their nanoseconds must fit into 64 bits.
    static let longestSeconds = 7 * 24 * 3600.0

    // MARK: mappings and lists

    mutating func fields(of node: DocumentNode, _ table: KeyTable, path: String) -> Fields? {
        guard case .mapping(let entries) = node.content else {
            let required = table.keys.filter(\.isRequired).map(\.name)
            let example = (required.isEmpty ? Array(table.names.prefix(3)) : required).map { "\($0): …" }.joined(separator: ", ")
            diagnostics.report(
                "\(table.title) is a mapping, not \(node.phrase): write { \(example) }", at: node.location, field: path)
            return nil
        }
        let fields = Fields(entries, table: table, location: node.location, path: path)
        for entry in entries where !table.names.contains(entry.key) {
            let field = fields.path(of: entry.key)
            if table.unavailable.contains(entry.key) {
                diagnostics.report(Availability.message(entry.key), at: entry.keyLocation, field: field)
            } else {
                let known = table.names + table.unavailable
                let near = Spelling.nearest(to: entry.key, in: known)
                let advice = near.map { "; did you mean '\($0)'?" } ?? "; it has: \(table.names.joined(separator: ", "))"
                diagnostics.report("'\(entry.key)' is not a key of \(table.title)\(advice)", at: entry.keyLocation, field: field)
            }
        }
        return fields
    }

    mutating func required(_ fields: Fields, _ key: String) -> DocumentNode? {
        if let node = fields[key] { return node }
        let misspelt = fields.keys.contains {
            !fields.table.names.contains($0) && Spelling.nearest(to: $0, in: fields.table.names) == key
        }
        if !misspelt {
            diagnostics.report(
                "\(fields.table.title) needs '\(key)': add '\(key): …'", at: fields.location, field: fields.path(of: key))
        }
        return nil
    }

    /// The items of a list that could be read; an absent list is empty.
    mutating func list<Item>(
        _ fields: Fields, _ key: String, _ item: (inout ScenarioDecoder, DocumentNode, String) -> Item?
    ) -> [Item] {
        guard let node = fields[key], !node.isNothing else { return [] }
        guard case .sequence(let items) = node.content else {
            diagnostics.report(
                "'\(key)' is a list, not \(node.phrase): write '- ' before each item", at: node.location,
                field: fields.path(of: key))
            return []
        }
        var result: [Item] = []
        for (index, node) in items.enumerated() {
            if let decoded = item(&self, node, "\(fields.path(of: key))[\(index)]") { result.append(decoded) }
        }
        return result
    }

    // MARK: scalars

    mutating func scalar(_ node: DocumentNode, _ path: String, expected: String) -> String? {
        guard case .scalar(let text) = node.content, !node.isNothing, !text.isEmpty else {
            let found: String =
                if case .scalar = node.content { "nothing" } else { node.phrase }
            diagnostics.report("\(expected) is expected here, not \(found)", at: node.location, field: path)
            return nil
        }
        return text
    }

    mutating func text(_ node: DocumentNode, _ path: String) -> String? {
        guard let text = scalar(node, path, expected: "a text") else { return nil }
        secrets += node.substitutions.map(\.value)
        return text
    }

    mutating func requiredText(_ fields: Fields, _ key: String) -> String? {
        required(fields, key).flatMap { text($0, fields.path(of: key)) }
    }

    /// A name that `who` and assertions can refer to.
    mutating func name(_ node: DocumentNode, _ path: String, of what: String) -> String? {
        guard let text = text(node, path) else { return nil }
        let scalars = Array(text.unicodeScalars)
        let isLetter = { (scalar: Unicode.Scalar) in ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) }
        let isWord = scalars.allSatisfy { isLetter($0) || ("0"..."9").contains($0) || $0 == "-" || $0 == "_" }
        guard isWord, let first = scalars.first, isLetter(first), scalars.count <= 64 else {
            diagnostics.report(
                "'\(text)' cannot be the name of \(what): write a letter, then letters, digits, - or _, at most 64 of them",
                at: node.location, field: path)
            return nil
        }
        return text
    }

    mutating func integer(_ node: DocumentNode, _ path: String, in range: ClosedRange<Int>, example: Int) -> Int? {
        let expected = "a whole number such as \(example)"
        guard let text = scalar(node, path, expected: expected) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            let bounds =
                range.upperBound == .max ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
            diagnostics.report("'\(text)' is not a whole number \(bounds): write \(example)", at: node.location, field: path)
            return nil
        }
        return value
    }

    mutating func number(_ node: DocumentNode, _ path: String, in range: ClosedRange<Double>, example: String) -> Double? {
        guard let text = scalar(node, path, expected: "a number such as \(example)") else { return nil }
        guard let value = try? Quantity(parsing: text), value.dimension == .number, range.contains(value.value) else {
            let bounds = "from \(Quantity(range.lowerBound, .number)) to \(Quantity(range.upperBound, .number))"
            diagnostics.report("'\(text)' is not a number \(bounds): write \(example)", at: node.location, field: path)
            return nil
        }
        return value.value
    }

    mutating func boolean(_ node: DocumentNode, _ path: String) -> Bool? {
        guard let text = scalar(node, path, expected: "true or false") else { return nil }
        switch text {
        case "true": return true
        case "false": return false
        default:
            diagnostics.report("'\(text)' is neither true nor false", at: node.location, field: path)
            return nil
        }
    }

    /// One word of an enumeration.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ node: DocumentNode, _ path: String, _ type: Choice.Type, unavailable: [String] = [], of what: String
    ) -> Choice? where Choice.RawValue == String {
        let words = Choice.allCases.map(\.rawValue)
        let expected = words.count == 1 ? "'\(words.joined())'" : "one of \(words.joined(separator: ", "))"
        guard let text = scalar(node, path, expected: expected) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        if unavailable.contains(text) {
            diagnostics.report("\(Availability.message(text)): write \(expected)", at: node.location, field: path)
        } else {
            let near = Spelling.nearest(to: text, in: words + unavailable)
            let advice = near.map { "; did you mean '\($0)'?" } ?? ": write \(expected)"
            diagnostics.report("'\(text)' is not \(what)\(advice)", at: node.location, field: path)
        }
        return nil
    }

    // MARK: quantities

    /// A number in a unit; a bare zero needs none.
    mutating func quantity(_ node: DocumentNode, _ path: String, _ dimensions: [Dimension]) -> Quantity? {
        let expected = dimensions.map(\.phrase).joined(separator: " or ")
        let examples = dimensions.map(\.examples).joined(separator: ", or ")
        guard let text = scalar(node, path, expected: "\(expected) such as \(examples)") else { return nil }
        let quantity: Quantity
        do {
            quantity = try Quantity(parsing: text)
        } catch {
            let joint = error.message.hasSuffix("?") ? " Here" : "; here"
            diagnostics.report(
                "\(error.message)\(joint) \(expected) is expected: write \(examples)", at: node.location, field: path)
            return nil
        }
        guard quantity.value >= 0 else {
            diagnostics.report("'\(text)' is negative: write \(examples)", at: node.location, field: path)
            return nil
        }
        if quantity.value == 0, quantity.dimension == .number { return Quantity(0, dimensions.first ?? .number) }
        guard dimensions.contains(quantity.dimension) else {
            let message =
                quantity.dimension == .number
                ? "'\(text)' has no unit; \(expected) is expected: write \(examples)"
                : "'\(text)' is \(quantity.dimension.phrase); \(expected) is expected: write \(examples)"
            diagnostics.report(message, at: node.location, field: path)
            return nil
        }
        guard quantity.dimension != .time || quantity.value <= Self.longestSeconds else {
            diagnostics.report("'\(text)' is longer than a week", at: node.location, field: path)
            return nil
        }
        return quantity
    }

    mutating func duration(_ node: DocumentNode, _ path: String) -> Duration? {
        quantity(node, path, [.time]).map(Self.duration)
    }

    mutating func positiveDuration(_ node: DocumentNode, _ path: String) -> Duration? {
        guard let duration = duration(node, path) else { return nil }
        guard duration > .zero else {
            diagnostics.report(
                "this time must be longer than nothing: write \(Dimension.time.examples)", at: node.location, field: path)
            return nil
        }
        return duration
    }

    /// A share in 0...1.
    mutating func ratio(_ node: DocumentNode, _ path: String) -> Double? {
        guard let quantity = quantity(node, path, [.ratio]) else { return nil }
        guard quantity.value <= 1 else {
            diagnostics.report("\(node.phrase) is more than 100%", at: node.location, field: path)
            return nil
        }
        return quantity.value
    }

    /// Of at most ``longestSeconds``.
    static func duration(_ quantity: Quantity) -> Duration {
        .nanoseconds(Int64((quantity.value * 1e9).rounded()))
    }
}
