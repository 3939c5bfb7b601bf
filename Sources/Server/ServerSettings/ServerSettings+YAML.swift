import Operations
import RTCCore
import ServerFronts
import Yams

extension ServerSettings {
    /// Takes what a file says.
    ///
    /// - Returns: What is wrong with it, with its lines.
    mutating func take(yaml: String, path: String) -> [SettingProblem] {
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            switch error {
            case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _):
                return [SettingProblem("\(path):\(mark.line)", "this is no YAML: \(problem)")]
            case YamlError.duplicatedKeysInMapping(let duplicates, let context):
                let names = duplicates.map { "'\($0)'" }.joined(separator: ", ")
                return [SettingProblem("\(path):\(context.mark.line)", "this is no YAML: \(names) stands there twice")]
            default:
                return [SettingProblem(path, "this is no YAML: \(error)")]
            }
        }
        guard let root else { return [] }
        guard let mapping = root.mapping else {
            return [SettingProblem("\(path):\(root.line)", "settings are written as 'name: value'")]
        }
        var problems: [SettingProblem] = []
        for (keyNode, value) in mapping {
            let place = "\(path):\(keyNode.line)"
            let name = keyNode.string ?? ""
            if name == "alerts" {
                problems += takeAlerts(value, path: path)
                continue
            }
            if Self.secrets.contains(name) {
                let message = "a secret has no place in a file of settings: set STARLING_\(name.uppercased()) in the environment"
                problems.append(SettingProblem(place, "'\(name)': \(message)"))
                continue
            }
            guard let key = SettingKey.all.first(where: { $0.name == name }) else {
                problems.append(SettingProblem(place, Self.unknown(name, among: SettingKey.all.map(\.name) + ["alerts"])))
                continue
            }
            guard let values = Self.texts(value), key.isList || value.sequence == nil else {
                problems.append(SettingProblem(place, "'\(name)' takes \(key.takes)"))
                continue
            }
            if let problem = take(key, values, at: place) {
                problems.append(SettingProblem(place, "'\(name)': \(problem.message)"))
            }
        }
        return problems
    }

    /// What people might write into a file by mistake.
    private static let secrets = ["token_secret", "admin_token", "turn_secret", "turn_credential"]

    private static func texts(_ node: Node) -> [String]? {
        if let text = node.scalar?.string { return [text] }
        guard let sequence = node.sequence else { return nil }
        var texts: [String] = []
        for item in sequence {
            guard let text = item.scalar?.string else { return nil }
            texts.append(text)
        }
        return texts
    }

    /// Rules: `{ name, metric, above or below, for, severity }` each.
    private mutating func takeAlerts(_ node: Node, path: String) -> [SettingProblem] {
        guard let sequence = node.sequence else {
            return [SettingProblem("\(path):\(node.line)", "'alerts' takes a list of rules")]
        }
        var problems: [SettingProblem] = []
        for item in sequence {
            let place = "\(path):\(item.line)"
            guard let mapping = item.mapping else {
                problems.append(SettingProblem(place, "a rule is written as { name: …, metric: …, above: …, for: 60s }"))
                continue
            }
            var fields: [String: (text: String, place: String)] = [:]
            for (key, value) in mapping {
                let name = key.string ?? ""
                let known = ["name", "metric", "above", "below", "for", "severity"]
                guard known.contains(name) else {
                    problems.append(SettingProblem("\(path):\(key.line)", Self.unknown(name, among: known)))
                    continue
                }
                fields[name] = (value.scalar?.string ?? "", "\(path):\(key.line)")
            }
            do throws(SettingProblem) {
                let rule = try Self.rule(fields, place)
                guard !configuration.alerts.rules.contains(where: { $0.name == rule.name }) else {
                    throw SettingProblem(place, "there are two rules '\(rule.name)'")
                }
                configuration.alerts.rules.append(rule)
            } catch {
                problems.append(error)
            }
        }
        return problems
    }

    private static func rule(
        _ fields: [String: (text: String, place: String)], _ place: String
    ) throws(SettingProblem) -> AlertRule {
        guard let metric = fields["metric"] else { throw SettingProblem(place, "a rule needs a 'metric'") }
        let metrics = AlertValues.names.map(\.name)
        guard metrics.contains(metric.text) else { throw SettingProblem(metric.place, unknown(metric.text, among: metrics)) }
        let above = fields["above"]
        let below = fields["below"]
        guard let bound = above ?? below, above == nil || below == nil else {
            throw SettingProblem(place, "a rule needs either 'above' or 'below'")
        }
        guard let number = Double(bound.text), number.isFinite else {
            throw SettingProblem(bound.place, "'\(bound.text)' must be a number")
        }
        var rule = AlertRule(
            name: fields["name"]?.text ?? metric.text, metric: metric.text, comparison: above == nil ? .below : .above,
            bound: number, duration: .zero)
        if let wait = fields["for"] {
            guard let duration = duration(wait.text) else {
                throw SettingProblem(wait.place, "'\(wait.text)' must be a duration such as 30s or 5m, of a day at most")
            }
            rule.duration = duration
        }
        if let severity = fields["severity"] {
            guard let known = AlertRule.Severity(rawValue: severity.text) else {
                throw SettingProblem(severity.place, unknown(severity.text, among: AlertRule.Severity.allCases.map(\.rawValue)))
            }
            rule.severity = known
        }
        return rule
    }

    static func duration(_ text: String) -> Duration? {
        let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)]
        for (unit, seconds) in units where text.hasSuffix(unit) {
            guard let number = Double(text.dropLast(unit.count)), number >= 0, number * seconds <= 86_400 else { continue }
            return .milliseconds(Int64(number * seconds * 1000))
        }
        return nil
    }

    /// Names the nearest of what is known, where one is near.
    static func unknown(_ name: String, among known: [String]) -> String {
        let nearest = known.map { (distance(name, $0), $0) }.min { $0.0 < $1.0 }
        guard let nearest, nearest.0 <= max(2, name.utf8.count / 3) else {
            return "'\(name)' is not known here; known are \(known.joined(separator: ", "))"
        }
        return "'\(name)' is not known here; did you mean '\(nearest.1)'?"
    }

    /// Of Levenshtein: letters put in, taken out or changed.
    private static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right.utf8)
        var row = Array(0...right.count)
        for (index, letter) in left.utf8.prefix(64).enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let above = row[column + 1]
                row[column + 1] = min(above + 1, row[column] + 1, diagonal + (letter == right[column] ? 0 : 1))
                diagonal = above
            }
        }
        return row[right.count]
    }
}

extension Node {
    fileprivate var line: Int { mark?.line ?? 1 }
}
