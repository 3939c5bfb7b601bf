import Measurement

/// The JSON Schema of a scenario, for editors: `docs/scenario.schema.json`.
///
/// It is made from the tables that the decoder reads by. The decoder says more: what refers to what, and what is possible.
public enum ScenarioSchema {
    /// JSON Schema, draft 2020-12; keys sorted, ending in a newline.
    public static var json: String { document.text() + "\n" }

    private static var document: SchemaValue {
        guard case .object(var members) = KeyTable.scenario.schema else { return KeyTable.scenario.schema }
        members["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        members["title"] = "A Starling scenario"
        members["$defs"] = .object(definitions)
        return .object(members)
    }

    private static var definitions: [String: SchemaValue] {
        [
            "target": KeyTable.target.schema,
            "group": KeyTable.group.schema,
            "arrive": exactlyOne(KeyTable.arrive),
            "stairs": KeyTable.stairs.schema,
            "publish": KeyTable.publish.schema,
            "layer": KeyTable.layer.schema,
            "network": [
                "anyOf": [
                    ["type": "string", "minLength": 1, "examples": ["wifi", "wifi-lossy", "clean"]], KeyTable.network.schema,
                ]
            ],
            "impairment": KeyTable.impairment.schema,
            "loss": KeyTable.loss.schema,
            "jitter": KeyTable.jitter.schema,
            "reorder": KeyTable.reorder.schema,
            "queue": KeyTable.queue.schema,
            "trace": KeyTable.trace.schema,
            "ice_servers": [
                "anyOf": [["const": "embedded"], ["type": "array", "items": KeyTable.iceServer.schema]]
            ],
            "nat": [
                "anyOf": [["enum": .strings(Scenario.NAT.named.map(\.name))], .reference("environment"), KeyTable.nat.schema]
            ],
            "reconnect": KeyTable.reconnect.schema,
            "entry": KeyTable.entry.schema,
            "verbs": atLeastOne(KeyTable.verbs),
            "blackout": KeyTable.blackout.schema,
            "kill": KeyTable.kill.schema,
            "chat": KeyTable.chat.schema,
            "mute": KeyTable.mute.schema,
            "role": KeyTable.role.schema,
            "subscribe": exactlyOne(KeyTable.subscribe),
            "create": KeyTable.create.schema, "token": KeyTable.token.schema,
            "match": KeyTable.match.schema,
            "enqueue": KeyTable.enqueue.schema,
            "environment": ["type": "string", "pattern": .string(#"\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}"#)],
            "text": ["type": "string", "minLength": 1],
            "name": ["anyOf": [["type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_-]*$"], .reference("environment")]],
            "who": [
                "anyOf": [
                    ["type": "string", "pattern": .string(#"^[A-Za-z][A-Za-z0-9_-]*(\[([0-9]+(, ?[0-9]+)*|[0-9.]+%)\])?$"#)],
                    .reference("environment"),
                ]
            ],
            "assertion": [
                "type": "string", "pattern": .string(#"^\s*[A-Za-z0-9_.-]+\s*(\{[^}]*\})?\s*[a-z0-9]*\s*(<=|>=|==|!=|<|>)\s*\S"#),
                "examples": ["joined == 100%", "first_frame p95 < 2s", "audio.in.loss p95 < 8% outside drop"],
            ],
            "count": ["anyOf": [["type": "integer", "minimum": 1], .reference("environment")]],
            "duration": quantity(.time, example: "250ms"),
            "bitrate": quantity(.bitrate, example: "2.5Mbps"),
            "percentage": quantity(.ratio, example: "5%"),
            "frequency": quantity(.frequency, example: "20/s"),
            "size": quantity(.size, example: "64KiB"),
        ]
    }

    private static func quantity(_ dimension: Dimension, example: String) -> SchemaValue {
        let symbols = Quantity.symbols(of: dimension).joined(separator: "|")
        let text: SchemaValue = [
            "type": "string", "pattern": .string(#"^[0-9]+(\.[0-9]+)? ?("# + symbols + ")$"), "examples": [.string(example)],
        ]
        return ["anyOf": [text, ["const": 0], .reference("environment")]]
    }

    private static func exactlyOne(_ table: KeyTable) -> SchemaValue {
        adding(["minProperties": 1, "maxProperties": 1], to: table.schema)
    }

    private static func atLeastOne(_ table: KeyTable) -> SchemaValue {
        adding(["minProperties": 1], to: table.schema)
    }

    private static func adding(_ more: [String: SchemaValue], to schema: SchemaValue) -> SchemaValue {
        guard case .object(let members) = schema else { return schema }
        return .object(members.merging(more) { _, new in new })
    }
}
