internal import Measurement
internal import Yams

/// Smaller scenarios made of one that fails: fewer peers, plainer, shorter, fewer and shorter faults, fewer assertions.
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
        return fewerAssertions(mapping, keeping: assertions) + fewerPeers(mapping) + fewerFaults(mapping)
            + plainerGroups(mapping) + earlier(mapping) + shorter(mapping)
    }

    /// The same scenario with what the command line changed written into it.
    ///
    /// - Parameter overrides: `path=value`, as `--set` takes them. What cannot be applied is left out: the loader says so.
    public static func applying(_ overrides: [String], to text: String) -> String {
        guard !overrides.isEmpty, var root = try? DocumentNode.parse(text) else { return text }
        for override in overrides { try? root.set(override) }
        return (try? Yams.serialize(node: node(root))) ?? text
    }

    private static func node(_ document: DocumentNode) -> Node {
        switch document.content {
        case .scalar(let text):
            return .scalar(Node.Scalar(text, Tag(.implicit), document.isPlain ? .any : .doubleQuoted))
        case .sequence(let items): return .sequence(Node.Sequence(items.map(node)))
        case .mapping(let entries):
            return .mapping(Node.Mapping(entries.map { (Node($0.key), node($0.value)) }))
        }
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
                var smallerRoot = root
                smallerRoot["groups"] = Node(changed)
                if let name = mapping["name"]?.string { retarget(&smallerRoot, group: name, count: smaller) }
                found.append(candidate(smallerRoot, "groups[\(index)].count \(count) → \(smaller)"))
            }
        }
        return found
    }

    /// Whoever is hit and is not there any more is replaced by the last of those who are: which of several alike was hit seldom matters.
    private static func retarget(_ root: inout Node.Mapping, group: String, count: Int) {
        guard let timeline = root["timeline"]?.sequence else { return }
        root["timeline"] = Node(
            timeline.map { entry in
                guard var mapping = entry.mapping, let who = mapping["who"]?.string, who.hasPrefix(group + "["),
                    who.hasSuffix("]")
                else { return entry }
                let places = who.dropFirst(group.count + 1).dropLast().split(separator: ",").map { Int(String($0).trimmed) }
                guard places.contains(where: { $0 ?? 0 >= count }) else { return entry }
                let kept = Set(places.compactMap { $0 }.map { min($0, count - 1) }).sorted()
                mapping["who"] = Node(
                    "\(group)[\(kept.map(String.init).joined(separator: ","))]", Tag(.implicit), .doubleQuoted)
                return .mapping(mapping)
            })
    }

    private static func fewerFaults(_ root: Node.Mapping) -> [Candidate] {
        guard let timeline = root["timeline"]?.sequence else { return [] }
        return timeline.indices.map { index in
            var fewer = Array(timeline)
            fewer.remove(at: index)
            return candidate(root, "timeline", fewer.isEmpty ? nil : Node(fewer), "timeline[\(index)] is gone")
        }
    }

    /// Without a network or a way back of their own, and all at once: what is left is what it takes to fail.
    private static func plainerGroups(_ root: Node.Mapping) -> [Candidate] {
        guard let groups = root["groups"]?.sequence else { return [] }
        return groups.enumerated().flatMap { index, group -> [Candidate] in
            ["network", "nat", "reconnect"].compactMap { key in
                guard var mapping = group.mapping, mapping[key] != nil else { return nil }
                mapping[key] = nil
                var changed = Array(groups)
                changed[index] = .mapping(mapping)
                return candidate(root, "groups", Node(changed), "groups[\(index)].\(key) is gone")
            }
        }
    }

    /// The timeline sooner and its blackouts shorter, so that the run can be shorter, too.
    private static func earlier(_ root: Node.Mapping) -> [Candidate] {
        guard let timeline = root["timeline"]?.sequence else { return [] }
        var found: [Candidate] = []
        let starts = timeline.compactMap { $0["at"]?.string.flatMap(seconds) }
        if starts.count == timeline.count, let first = starts.min(), first > 2 {
            for shift in Set([first - 2, (first / 2).rounded(.down), 1]).filter({ $0 >= 1 }).sorted(by: >) {
                let moved = timeline.map { entry -> Node in
                    guard var mapping = entry.mapping, let at = mapping["at"]?.string.flatMap(seconds) else { return entry }
                    mapping["at"] = Node(written(at - shift))
                    return .mapping(mapping)
                }
                found.append(candidate(root, "timeline", Node(moved), "the timeline is \(written(shift)) earlier"))
            }
        }
        for (index, entry) in timeline.enumerated() {
            guard var mapping = entry.mapping, var verbs = mapping["do"]?.mapping,
                let length = verbs["blackout"]?.string.flatMap(seconds), length > 1
            else { continue }
            for shorter in Set([length / 2, length - 1].map { $0.rounded(.down) }).filter({ $0 >= 1 && $0 < length }).sorted() {
                verbs["blackout"] = Node(written(shorter))
                mapping["do"] = .mapping(verbs)
                var changed = Array(timeline)
                changed[index] = .mapping(mapping)
                found.append(
                    candidate(
                        root, "timeline", Node(changed),
                        "timeline[\(index)].do.blackout \(written(length)) → \(written(shorter))"))
            }
        }
        return found
    }

    private static func seconds(_ text: String) -> Double? {
        guard let quantity = try? Quantity(parsing: text.trimmed), quantity.dimension == .time else { return nil }
        return quantity.value
    }

    /// To the millisecond, in the unit that needs no point.
    private static func written(_ seconds: Double) -> String {
        let milliseconds = Int((seconds * 1000).rounded())
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }

    private static func shorter(_ root: Node.Mapping) -> [Candidate] {
        guard let text = root["duration"]?.string, let seconds = seconds(text), seconds > 1 else { return [] }
        let wanted = [seconds / 4, seconds / 2, seconds * 3 / 4, seconds - 1].map { Int($0) }
        return Set(wanted).filter { $0 >= 1 && Double($0) < seconds }.sorted().map { shorter in
            candidate(root, "duration", Node("\(shorter)s"), "duration \(text) → \(shorter)s")
        }
    }

    private static func candidate(_ root: Node.Mapping, _ key: String, _ value: Node?, _ change: String) -> Candidate {
        var changed = root
        changed[key] = value
        return candidate(changed, change)
    }

    private static func candidate(_ root: Node.Mapping, _ change: String) -> Candidate {
        Candidate(change: change, text: (try? Yams.serialize(node: .mapping(root))) ?? "")
    }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
