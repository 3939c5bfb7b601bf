import Measurement

extension DocumentNode {
    /// One step of a path such as `groups[0].count`.
    private enum Step {
        case key(String)
        case index(Int)
    }

    /// Applies one `path=value` of `--set`. The value is YAML; only the last key of the path may be new.
    mutating func set(_ override: String) throws(DocumentError) {
        let location = SourceLocation(line: 0, column: 0, override: override)
        guard let separator = override.firstIndex(of: "=") else {
            throw DocumentError(message: "write PATH=VALUE, such as groups[0].count=8", location: location)
        }
        let path = String(override[..<separator])
        guard let steps = Self.steps(of: path), !steps.isEmpty else {
            throw DocumentError(message: "'\(path)' is not a path: write it like groups[0].count", location: location)
        }
        let written = String(override[override.index(after: separator)...])
        var value: DocumentNode
        if let parsed = try? Self.parse(written) {
            value = parsed
        } else {
            value = DocumentNode(content: .scalar(written), location: location, isPlain: !written.isEmpty)
        }
        value.relocate(to: location)
        try replace(steps[...], with: value, at: location, walked: "")
    }

    private mutating func replace(
        _ steps: ArraySlice<Step>, with value: DocumentNode, at location: SourceLocation, walked: String
    ) throws(DocumentError) {
        guard let step = steps.first else {
            self = value
            return
        }
        let here = walked.isEmpty ? "the scenario" : "'\(walked)'"
        switch step {
        case .key(let key):
            guard case .mapping(var entries) = content else {
                throw DocumentError(message: "\(here) has no keys, so there is no '\(key)' in it", location: location)
            }
            let path = walked.isEmpty ? key : "\(walked).\(key)"
            if let index = entries.firstIndex(where: { $0.key == key }) {
                try entries[index].value.replace(steps.dropFirst(), with: value, at: location, walked: path)
            } else if steps.count == 1 {
                entries.append(Entry(key: key, keyLocation: location, value: value))
            } else {
                let advice = Spelling.advice(for: key, in: entries.map(\.key), noun: "there are")
                throw DocumentError(message: "\(here) has no '\(key)'\(advice)", location: location)
            }
            content = .mapping(entries)
        case .index(let index):
            guard case .sequence(var items) = content else {
                throw DocumentError(message: "\(here) is not a list, so there is no [\(index)] in it", location: location)
            }
            guard items.indices.contains(index) else {
                let range = items.isEmpty ? "it is empty" : "they go from 0 to \(items.count - 1)"
                throw DocumentError(message: "\(here) has no item [\(index)]; \(range)", location: location)
            }
            try items[index].replace(steps.dropFirst(), with: value, at: location, walked: "\(walked)[\(index)]")
            content = .sequence(items)
        }
    }

    private mutating func relocate(to location: SourceLocation) {
        self.location = location
        switch content {
        case .scalar: break
        case .sequence(var items):
            for index in items.indices { items[index].relocate(to: location) }
            content = .sequence(items)
        case .mapping(var entries):
            for index in entries.indices {
                entries[index].keyLocation = location
                entries[index].value.relocate(to: location)
            }
            content = .mapping(entries)
        }
    }

    private static func steps(of path: String) -> [Step]? {
        var steps: [Step] = []
        for part in path.split(separator: ".", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "[", omittingEmptySubsequences: false)
            guard let key = pieces.first, !key.isEmpty, !key.contains("]") else { return nil }
            steps.append(.key(String(key)))
            for piece in pieces.dropFirst() {
                guard piece.hasSuffix("]"), let index = Int(piece.dropLast()), index >= 0 else { return nil }
                steps.append(.index(index))
            }
        }
        return steps
    }
}
