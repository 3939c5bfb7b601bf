extension DocumentNode {
    /// Replaces `${NAME}` and `${NAME:-otherwise}` in every scalar; `$${` stands for a literal `${`.
    ///
    /// The text is replaced after parsing, so that no value can change the document's structure.
    mutating func substitute(_ environment: [String: String], into diagnostics: inout Diagnostics) {
        switch content {
        case .scalar(let text):
            guard text.contains("$") else { return }
            content = .scalar(substituted(text, environment, into: &diagnostics))
            if !substitutions.isEmpty { isPlain = false }
        case .sequence(var items):
            for index in items.indices { items[index].substitute(environment, into: &diagnostics) }
            content = .sequence(items)
        case .mapping(var entries):
            for index in entries.indices { entries[index].value.substitute(environment, into: &diagnostics) }
            content = .mapping(entries)
        }
    }

    private mutating func substituted(
        _ text: String, _ environment: [String: String], into diagnostics: inout Diagnostics
    ) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = String.UnicodeScalarView()
        var index = 0
        while index < scalars.count {
            if scalars[index...].starts(with: "$${".unicodeScalars) {
                result.append(contentsOf: "${".unicodeScalars)
                index += 3
                continue
            }
            guard scalars[index...].starts(with: "${".unicodeScalars) else {
                result.append(scalars[index])
                index += 1
                continue
            }
            guard let end = scalars[index...].firstIndex(of: "}") else {
                diagnostics.reportHole("'${' is not closed: write ${NAME}, or $${ for the characters themselves", at: location)
                return text
            }
            var inner = String.UnicodeScalarView()
            inner.append(contentsOf: scalars[(index + 2)..<end])
            result.append(contentsOf: value(of: String(inner), environment, into: &diagnostics).unicodeScalars)
            index = end + 1
        }
        return String(result)
    }

    private mutating func value(
        of reference: String, _ environment: [String: String], into diagnostics: inout Diagnostics
    ) -> String {
        let parts = reference.split(separator: ":-", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts.first ?? "")
        let isName =
            name.unicodeScalars.allSatisfy {
                $0 == "_" || $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
            }
        guard isName, let first = name.unicodeScalars.first, first.properties.numericType == nil else {
            diagnostics.reportHole("'${\(reference)}' does not name an environment variable: write ${NAME}", at: location)
            return ""
        }
        // As in a shell, `:-` also stands in for what is set to nothing.
        if let value = environment[name], !value.isEmpty || parts.count == 1 {
            substitutions.append(Substitution(name: name, value: value))
            return value
        }
        guard parts.count == 2 else {
            diagnostics.reportHole(
                "the environment variable '\(name)' is not set; set it, or write ${\(name):-VALUE} for a default", at: location)
            return ""
        }
        return String(parts[1])
    }
}
