/// HTML in the making: what is interpolated as a text is escaped, so that no name can become a tag.
struct Markup: ExpressibleByStringInterpolation, Sendable {
    var html: String

    static let empty: Markup = ""

    init(stringLiteral value: String) {
        html = value
    }

    init(stringInterpolation: Interpolation) {
        html = stringInterpolation.html
    }

    /// A text as it is read, not as it is parsed.
    init(text: String) {
        html = Self.escape(text)
    }

    static func + (left: Markup, right: Markup) -> Markup {
        var sum = left
        sum.html += right.html
        return sum
    }

    static func += (left: inout Markup, right: Markup) {
        left.html += right.html
    }

    struct Interpolation: StringInterpolationProtocol {
        var html: String

        init(literalCapacity: Int, interpolationCount: Int) {
            html = ""
            html.reserveCapacity(literalCapacity + 16 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: String) {
            html += literal
        }

        mutating func appendInterpolation(_ text: String) {
            html += Markup.escape(text)
        }

        mutating func appendInterpolation(_ number: Int) {
            html += String(number)
        }

        mutating func appendInterpolation(_ markup: Markup) {
            html += markup.html
        }

        mutating func appendInterpolation(_ parts: [Markup]) {
            for part in parts { html += part.html }
        }
    }

    /// For element content and for attributes in either kind of quotes. Control characters and those that turn the direction of
    /// writing around become visible: a name must not be able to dress up as something else.
    static func escape(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\n", "\t": escaped.unicodeScalars.append(scalar)
            default:
                switch scalar.value {
                case 0..<32, 127..<160, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF, 0xFFFE, 0xFFFF:
                    escaped += "\u{FFFD}"
                default: escaped.unicodeScalars.append(scalar)
                }
            }
        }
        return escaped
    }
}

extension [Markup] {
    func joined(separator: Markup = .empty) -> Markup {
        Markup(stringLiteral: map(\.html).joined(separator: separator.html))
    }
}
