import Yams

/// Why a text is not a document.
struct DocumentError: Error {
    var message: String
    var location: SourceLocation
}

extension DocumentNode {
    /// What a document may need; a scenario of a thousand groups stays far below.
    struct Limits {
        var bytes = 1_048_576
        /// Nodes once every alias is written out.
        var nodes = 200_000
        /// Brackets open at once; the parser recurses once for each.
        var depth = 64
        /// Aliases multiply when they are nested, so that few of them can fill a memory.
        var aliases = 32
    }

    /// Reads one YAML document.
    static func parse(_ text: String, limits: Limits = Limits()) throws(DocumentError) -> DocumentNode {
        guard text.utf8.count <= limits.bytes else {
            throw DocumentError(message: "the file is larger than \(limits.bytes) bytes; a scenario is not", location: .file)
        }
        try checkShape(of: text, limits: limits)
        let root: Node?
        do {
            root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
        } catch {
            throw syntaxError(error, in: text)
        }
        guard let root else {
            throw DocumentError(message: "the file is empty; a scenario begins with 'scenario: WHAT IT SHOWS'", location: .file)
        }
        var budget = limits.nodes
        return try convert(root, budget: &budget)
    }

    private static func convert(_ node: Node, budget: inout Int) throws(DocumentError) -> DocumentNode {
        let location = node.mark.map { SourceLocation(line: $0.line, column: $0.column) } ?? .file
        budget -= 1
        guard budget > 0 else {
            throw DocumentError(message: "the file has too many values once its aliases are written out", location: location)
        }
        switch node {
        case .scalar(let scalar):
            return DocumentNode(content: .scalar(scalar.string), location: location, isPlain: scalar.style == .plain)
        case .sequence(let sequence):
            var items: [DocumentNode] = []
            for item in sequence { items.append(try convert(item, budget: &budget)) }
            return DocumentNode(content: .sequence(items), location: location)
        case .mapping(let mapping):
            var entries: [Entry] = []
            for (key, value) in mapping {
                let keyLocation = key.mark.map { SourceLocation(line: $0.line, column: $0.column) } ?? location
                guard case .scalar(let name) = key else {
                    throw DocumentError(message: "a key is a word, not a list or a mapping", location: keyLocation)
                }
                entries.append(Entry(key: name.string, keyLocation: keyLocation, value: try convert(value, budget: &budget)))
            }
            return DocumentNode(content: .mapping(entries), location: location)
        case .alias:
            throw DocumentError(message: "this alias stands for nothing", location: location)
        }
    }

    /// Refuses what would cost the parser more than it is worth, before the parser sees it.
    private static func checkShape(of text: String, limits: Limits) throws(DocumentError) {
        var line = 1
        var column = 0
        var depth = 0
        var dashes = 0
        var aliases = 0
        var previous: UInt8 = 0x0A
        var indentation = true
        for byte in text.utf8 {
            column += 1
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            case UInt8(ascii: "*") where !isWord(previous): aliases += 1
            case UInt8(ascii: "-") where indentation, UInt8(ascii: "?") where indentation: dashes += 1
            default: break
            }
            guard depth <= limits.depth, dashes <= limits.depth else {
                let message = "more than \(limits.depth) brackets or dashes are open here; a scenario is not that deep"
                throw DocumentError(message: message, location: SourceLocation(line: line, column: column))
            }
            guard aliases <= limits.aliases else {
                let message = "more than \(limits.aliases) aliases; write the values out"
                throw DocumentError(message: message, location: SourceLocation(line: line, column: column))
            }
            if byte == 0x0A {
                line += 1
                column = 0
                dashes = 0
                indentation = true
            } else if byte != UInt8(ascii: " "), byte != UInt8(ascii: "-"), byte != UInt8(ascii: "?") {
                indentation = false
            }
            previous = byte
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: byte == UInt8(ascii: "*") || byte >= 0x80
        }
    }

    private static func syntaxError(_ error: any Error, in text: String) -> DocumentError {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _), YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let place = context.map { " \($0.text) that begins in line \($0.mark.line)," } ?? ""
            let location = SourceLocation(line: mark.line, column: mark.column)
            let lines = [mark.line, context?.mark.line ?? mark.line]
            return DocumentError(message: "this is not YAML:\(place) \(problem)\(hint(for: lines, in: text))", location: location)
        case YamlError.duplicatedKeysInMapping(let duplicates, let context):
            let location = SourceLocation(line: context.mark.line, column: context.mark.column)
            let keys = duplicates.sorted().map { "'\($0)'" }.joined(separator: ", ")
            return DocumentError(message: "\(keys) stands twice in one mapping; keep one", location: location)
        case YamlError.reader(let problem, let offset, _, _):
            let before = text.utf8.prefix(offset ?? 0)
            let line = before.count { $0 == 0x0A } + 1
            return DocumentError(message: "this is not YAML: \(problem)", location: SourceLocation(line: line, column: 1))
        default:
            return DocumentError(message: "this is not YAML", location: .file)
        }
    }

    /// What usually lies behind a syntax error in one of these lines.
    private static func hint(for lines: [Int], in text: String) -> String {
        let all = text.split(separator: "\n", omittingEmptySubsequences: false)
        for line in lines where all.indices.contains(line - 1) {
            let content = all[line - 1]
            if content.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") { return "; indent with spaces, not with tabs" }
            guard content.contains("{") else { continue }
            var previous: Character = " "
            for character in content {
                if character == "[", previous.isLetter || previous.isNumber || previous == "-" || previous == "_" {
                    return "; inside { } a value with [ ] needs quotes: who: \"callers[3]\""
                }
                if character == "{", previous == "$" || previous == "-" {
                    return "; inside { } a value with { } needs quotes: room: \"mesh-{run}\", url: \"${URL}\""
                }
                previous = character
            }
        }
        return ""
    }
}
