internal import Yams

/// Smaller scenarios made of one that fails: fewer peers, shorter, fewer faults, fewer assertions.
///
/// Candidates are texts, so that what is found can be kept as a file and read by a person.
public enum ScenarioReduction {
    public struct Candidate: Sendable, Hashable {
        /// What was taken away, for the log: `groups[0].count 8 → 4`.
        public var change: String
        /// The smaller scenario as YAML.
        public var text: String
    }

    /// Every scenario that is one step smaller, the largest steps first; nothing for a text that is no mapping.
    ///
    /// - Parameter assertions: The texts of the assertions that fail, which must stay.
    public static func candidates(of text: String, keeping assertions: [String]) -> [Candidate] {
        guard let root = try? Yams.compose(yaml: text), let mapping = root.mapping else { return [] }
        return fewerAssertions(mapping, keeping: assertions) + fewerPeers(mapping) + fewerFaults(mapping) + shorter(mapping)
    }

    private static func fewerAssertions(_ root: Node.Mapping, keeping kept: [String]) -> [Candidate] {
        guard let all = root["assert"]?.sequence else { return [] }
        let failing = all.filter { node in node.string.map { kept.contains($0.trimmed) } ?? false }
        guard failing.count < all.count, !failing.isEmpty else { return [] }
        return [
            candidate(
                root, "assert", Node(Array(failing)), "\(all.count - failing.count) assertions that hold are gone")
        ]
    }

    private static func fewerPeers(_ root: Node.Mapping) -> [Candidate] {
        guard let groups = root["groups"]?.sequence else { return [] }
        var found: [Candidate] = []
        for (index, group) in groups.enumerated() {
            if groups.count > 1 {
                var fewer = Array(groups)
                fewer.remove(at: index)
                found.append(candidate(root, "groups", Node(fewer), "groups[\(index)] is gone"))
            }
            guard var mapping = group.mapping, let count = mapping["count"]?.int, count > 1 else { continue }
            for smaller in Set([1, 2, count / 2, count - 1]).filter({ $0 >= 1 && $0 < count }).sorted() {
                mapping["count"] = Node(String(smaller))
                var changed = Array(groups)
                changed[index] = Node.mapping(mapping)
                found.append(candidate(root, "groups", Node(changed), "groups[\(index)].count \(count) → \(smaller)"))
            }
        }
        return found
    }

    private static func fewerFaults(_ root: Node.Mapping) -> [Candidate] {
        guard let timeline = root["timeline"]?.sequence else { return [] }
        return timeline.indices.map { index in
            var fewer = Array(timeline)
            fewer.remove(at: index)
            return candidate(root, "timeline", fewer.isEmpty ? nil : Node(fewer), "timeline[\(index)] is gone")
        }
    }

    private static func shorter(_ root: Node.Mapping) -> [Candidate] {
        guard let text = root["duration"]?.string, text.hasSuffix("s"), !text.hasSuffix("ms"),
            let seconds = Double(text.dropLast().trimmed), seconds > 1
        else { return [] }
        let wanted = [seconds / 4, seconds / 2, seconds * 3 / 4, seconds - 1].map { Int($0) }
        return Set(wanted).filter { $0 >= 1 && Double($0) < seconds }.sorted().map { shorter in
            candidate(root, "duration", Node("\(shorter)s"), "duration \(text) → \(shorter)s")
        }
    }

    private static func candidate(_ root: Node.Mapping, _ key: String, _ value: Node?, _ change: String) -> Candidate {
        var changed = root
        changed[key] = value
        return Candidate(change: change, text: (try? Yams.serialize(node: .mapping(changed))) ?? "")
    }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
