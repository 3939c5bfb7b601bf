internal import Measurement
internal import NetworkImpairment

/// The tables of `docs/scenario.md` that would rot if they were written by hand.
public enum ScenarioReference {
    /// A Markdown table, and the name by which the document asks for it.
    public struct Table: Sendable {
        public var name: String
        public var markdown: String
    }

    public static var tables: [Table] {
        let keys: [(String, KeyTable)] = [
            ("scenario", .scenario), ("target", .target), ("group", .group), ("arrive", .arrive), ("stairs", .stairs),
            ("publish", .publish), ("layer", .layer), ("network", .network), ("impairment", .impairment), ("loss", .loss),
            ("jitter", .jitter),
            ("reorder", .reorder), ("queue", .queue), ("trace", .trace), ("nat", .nat), ("iceserver", .iceServer),
            ("reconnect", .reconnect), ("entry", .entry), ("verbs", .verbs), ("blackout", .blackout), ("kill", .kill),
            ("chat", .chat), ("mute", .mute), ("role", .role), ("subscribe", .subscribe), ("create", .create), ("match", .match),
            ("token", .token),
        ]
        return keys.map { Table(name: $0.0, markdown: self.keys(of: $0.1)) } + [
            Table(name: "metrics", markdown: metrics), Table(name: "units", markdown: units),
            Table(name: "presets", markdown: presets), Table(name: "nats", markdown: nats),
        ]
    }

    /// Those of `docs/adapters.md`.
    public static var mappingTables: [Table] {
        [("mapping", KeyTable.mapping), ("say", .say), ("hear", .hear)].map { Table(name: $0.0, markdown: keys(of: $0.1)) }
    }

    private static func keys(of table: KeyTable) -> String {
        let rows = table.keys.map { key in
            ["`\(key.name)`", key.isRequired ? "yes" : "", escaped(key.description)]
        }
        return markdown(["key", "needed", "meaning"], rows)
    }

    private static var metrics: String {
        let rows = MetricCatalog.all.map { metric in
            [
                "`\(metric.name)`", metric.dimension.phrase,
                metric.defaultAggregate.map { "`\($0.rawValue)`" } ?? "none, it is one value",
            ]
        }
        return markdown(["metric", "is", "without an aggregate"], rows)
    }

    private static var units: String {
        let rows = Dimension.allCases.compactMap { dimension -> [String]? in
            let symbols = Quantity.symbols(of: dimension)
            guard !symbols.isEmpty else { return nil }
            return [dimension.phrase, symbols.map { "`\($0)`" }.joined(separator: " "), escaped(dimension.examples)]
        }
        return markdown(["what", "units", "such as"], rows)
    }

    private static var presets: String {
        let names = NetworkProfile.presetNames + [NetworkProfile.clean.name]
        return names.map { "`\($0)`" }.joined(separator: ", ") + "\n"
    }

    private static var nats: String {
        let rows = Scenario.NAT.named.map { nat in
            let layers = nat.carrier == nil ? "" : "each bot's own, and one of the carrier before them all"
            return [
                "`\(nat.name)`", nat.behavior?.mapping.rawValue ?? "", nat.behavior?.filtering.rawValue ?? "",
                nat.behavior?.ports.rawValue ?? "", nat.passesUDP ? layers : "no UDP gets through",
            ]
        }
        return markdown(["name", "mapping", "filtering", "ports", "layers"], rows)
    }

    private static func markdown(_ head: [String], _ rows: [[String]]) -> String {
        ([head, head.map { _ in "---" }] + rows).map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("|", with: "\\|").replacing("{", with: "\\{").replacing("<", with: "&lt;")
    }
}
