internal import Measurement

/// `index.html`: every scenario of a command on one page, the worst first, each with a way to its own report.
public enum HTMLIndex {
    public static func encode(_ index: RunIndex) -> [UInt8] {
        let count = index.scenarios.count
        let isPass = index.verdict == "pass"
        let kind: Markup = isPass ? "pass" : "fail"
        let shard: Markup = index.shard.map { " · shard \($0)" } ?? .empty
        let rows = index.scenarios.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
            .map { row($0.element) }
        let page: Markup = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(isPass ? "PASS" : "FAIL") · \(Figure.count(count, "scenario"))</title>
            <style>
            \(Markup(stringLiteral: HTMLReport.style))
            </style>
            </head>
            <body>
            <main>
            <header class="verdict \(kind)">
            <p class="badge"><span aria-hidden="true">\(isPass ? "✓" : "✗")</span> \(isPass ? "PASS" : "FAIL")</p>
            <h1>\(Figure.count(index.passed)) of \(Figure.count(count, "scenario")) pass</h1>
            <p class="facts">exit code \(Int(index.exitCode))\(shard)</p>
            </header>
            <section id="scenarios"><h2>Scenarios</h2>
            <div class="index">\(rows.joined(separator: "\n"))</div></section>
            </main>
            </body>
            </html>

            """
        return Array(page.html.utf8)
    }

    private static func rank(_ entry: RunIndex.Entry) -> Int {
        ["refused", "skipped", "invalid", "fail", "pass"].firstIndex(of: entry.verdict) ?? 0
    }

    private static let mostReasons = 4

    private static func row(_ entry: RunIndex.Entry) -> Markup {
        let kind: Markup = entry.verdict == "pass" ? "pass" : entry.verdict == "fail" ? "fail" : "invalid"
        let title: Markup =
            entry.folder.map { "<a href=\"\(address($0))/report.html\">\(entry.title)</a>" } ?? "\(entry.title)"
        var reasons = entry.reasons.prefix(mostReasons).map { reason -> Markup in "<li>\(reason)</li>" }
        if entry.reasons.count > mostReasons { reasons.append("<li>and \(entry.reasons.count - mostReasons) more</li>") }
        let list: Markup = reasons.isEmpty ? .empty : "<ul class=\"reasons\">\(reasons)</ul>"
        var facts: [Markup] = ["<code>\(entry.path)</code>"]
        if let duration = entry.duration { facts.append("\(Figure.moment(duration))") }
        if entry.assertions > 0 {
            facts.append(
                "\(Figure.count(entry.assertions - entry.failed)) of \(Figure.count(entry.assertions, "assertion")) hold")
        }
        let replay: Markup =
            entry.verdict == "pass" ? .empty : entry.replay.map { "<p class=\"facts\"><code>\($0)</code></p>" } ?? .empty
        return """
            <article class="verdict \(kind)"><h3><span class="badge">\(entry.verdict.uppercased())</span> \(title)</h3>
            \(list)<p class="facts">\(facts.joined(separator: " · "))</p>\(replay)</article>
            """
    }

    /// A relative address: everything but letters, digits and `-._/` is a percent escape, so that no folder's name is a scheme.
    private static func address(_ folder: String) -> String {
        let digits = Array("0123456789ABCDEF")
        let escaped = folder.utf8.map { byte -> String in
            let scalar = Unicode.Scalar(byte)
            let isPlain = scalar.properties.isAlphabetic && byte < 128 || (48...57).contains(byte)
            if isPlain || "-._/".unicodeScalars.contains(scalar) { return String(Character(scalar)) }
            return "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
        }
        return "./" + escaped.joined()
    }
}
