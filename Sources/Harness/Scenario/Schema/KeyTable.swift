/// The keys of one kind of mapping: what the decoder accepts and what the schema publishes, written once.
struct KeyTable: Sendable {
    struct Key: Sendable {
        var name: String
        var isRequired: Bool
        var description: String
        var schema: SchemaValue
    }

    /// With its article, for messages: `a group`.
    let title: String
    let keys: [Key]
    /// Keys of the design that are not built yet.
    let unavailable: [String]

    var names: [String] { keys.map(\.name) }

    init(_ title: String, unavailable: [String] = [], _ keys: [Key]) {
        self.title = title
        self.keys = keys
        self.unavailable = unavailable
    }

    var schema: SchemaValue {
        var members: [String: SchemaValue] = [
            "type": "object", "additionalProperties": false,
            "properties": .object(
                Dictionary(keys.map { ($0.name, $0.schema.described($0.description)) }) { _, last in last }),
        ]
        let required = keys.filter(\.isRequired).map(\.name)
        if !required.isEmpty { members["required"] = .strings(required) }
        return .object(members)
    }
}

extension KeyTable.Key {
    static func required(_ name: String, _ description: String, _ schema: SchemaValue) -> Self {
        Self(name: name, isRequired: true, description: description, schema: schema)
    }

    static func optional(_ name: String, _ description: String, _ schema: SchemaValue) -> Self {
        Self(name: name, isRequired: false, description: description, schema: schema)
    }
}
