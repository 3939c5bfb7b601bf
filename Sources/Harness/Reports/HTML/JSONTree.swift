/// Any JSON value, to change the texts in one without knowing its type.
enum JSONTree: Codable {
    case null
    case bool(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case number(Double)
    case text(String)
    case list([JSONTree])
    case table([String: JSONTree])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let integer = try? value.decode(Int64.self) {
            self = .integer(integer)
        } else if let unsigned = try? value.decode(UInt64.self) {
            self = .unsigned(unsigned)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([JSONTree].self) {
            self = .list(list)
        } else {
            self = .table(try value.decode([String: JSONTree].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .null: try value.encodeNil()
        case .bool(let bool): try value.encode(bool)
        case .integer(let integer): try value.encode(integer)
        case .unsigned(let unsigned): try value.encode(unsigned)
        case .number(let number): try value.encode(number)
        case .text(let text): try value.encode(text)
        case .list(let list): try value.encode(list)
        case .table(let table): try value.encode(table)
        }
    }

    /// Members whose values are words of ours: a secret that happens to be one of them must not make a report unreadable.
    private static let vocabulary: Set<String> = [
        "cipher", "direction", "driver", "kind", "kinds", "phase", "question", "schema", "status", "unit", "verdict",
    ]

    /// The same with every text that is a value changed; keys and words that are ours stay.
    func mapTexts(_ change: (String) -> String) -> JSONTree {
        switch self {
        case .text(let text): .text(change(text))
        case .list(let list): .list(list.map { $0.mapTexts(change) })
        case .table(let table):
            .table(
                Dictionary(
                    // order: keys are unique
                    uniqueKeysWithValues: table.map { key, value in
                        (key, Self.vocabulary.contains(key) ? value : value.mapTexts(change))
                    }))
        default: self
        }
    }
}
