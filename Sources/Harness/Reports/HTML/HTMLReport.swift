internal import Foundation
public import Measurement
internal import RTCCore

/// `report.html`: one file that needs no network, no script and no font, for people who have to know what a run means.
public enum HTMLReport {
    /// The page's bytes: the same run gives the same bytes.
    ///
    /// - Parameters:
    ///   - networks: What the plan gave each bot; what is not known is not held against what was measured.
    ///   - redact: Takes secrets out of a text. It is asked about each text before that is escaped.
    public static func encode(
        _ result: RunResult, _ measurement: RunMeasurement, networks: [ConfiguredNetwork] = [],
        redact: (String) -> String = { $0 }
    ) -> [UInt8] {
        var result = result
        if result.assertions.contains(where: { $0.status != "pass" && $0.evidence == nil }) {
            result.addEvidence(measurement, networks: networks)
        }
        return encode(
            result, ReportFigures(measurement, faults: result.faults, networks: networks),
            events: EventLog.lines(measurement.record), redact: redact)
    }

    /// The same page of a run that was measured before.
    public static func encode(
        _ result: RunResult, _ figures: ReportFigures, events: [EventLog.Line], redact: (String) -> String = { $0 }
    ) -> [UInt8] {
        let model = ReportModel(result, figures, events, redact: redact)
        let sections = [
            verdict(model), failures(model), directions(model), assertions(model), sightings(model), overTime(model),
            faults(model), reconnects(model), worstPeers(model), funnel(model), audit(model), network(model), generator(model),
            Self.events(model),
            measured(model), data(model),
        ]
        let page: Markup = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(model.result.verdict.uppercased()) · \(model.result.scenario.title)</title>
            <style>
            \(Markup(stringLiteral: style))
            </style>
            </head>
            <body>
            <main>
            \(sections.joined(separator: "\n"))
            <footer><h2>Run it again</h2><pre class="replay"><code>\(model.result.replay)</code></pre></footer>
            </main>
            </body>
            </html>

            """
        return Array(page.html.utf8)
    }

    /// More bytes of JSON than these, and the rows of single peers are left to `result.json`.
    static let mostData = 4_000_000

    private struct Data: Encodable {
        var result: RunResult
        /// Members of the result that are only in `result.json`.
        var leftOut: [String]
        var series: [ReportFigures.Series]
    }

    /// The figures behind the page, for programs that have only the page.
    private static func data(_ model: ReportModel) -> Markup {
        var data = Data(result: model.result, leftOut: [], series: model.figures.series)
        if data.result.encoded().count > mostData {
            data.result.peers = []
            data.result.network = []
            data.result.audit = []
            data.leftOut = ["audit", "network", "peers"]
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let bytes = try? encoder.encode(data) else { preconditionFailure("a report holds only finite numbers") }
        // Nothing in the data may end the element that holds it.
        let json = String(decoding: bytes, as: UTF8.self).replacing("<", with: "\\u003c").replacing(">", with: "\\u003e")
            .replacing("&", with: "\\u0026").replacing("\u{2028}", with: "\\u2028").replacing("\u{2029}", with: "\\u2029")
        return "<script type=\"application/json\" id=\"data\">\(Markup(stringLiteral: json))</script>"
    }

    // MARK: - Parts that sections share

    static func section(_ id: Markup, _ title: String, note: String? = nil, _ content: Markup) -> Markup {
        let note: Markup = note.map { "<p class=\"note\">\($0)</p>" } ?? .empty
        return "<section id=\"\(id)\"><h2>\(title)</h2>\(note)\n\(content)</section>\n"
    }

    /// A table that scrolls by itself where the screen is too narrow for it.
    static func table(_ kind: Markup, head: [Markup], rows: [Markup]) -> Markup {
        "<div class=\"scroll\"><table class=\"\(kind)\"><thead><tr>\(head)</tr></thead><tbody>\n\(rows.joined(separator: "\n"))\n</tbody></table></div>"
    }

    static func head(_ text: String, isNumber: Bool = false) -> Markup {
        isNumber ? "<th scope=\"col\" class=\"n\">\(text)</th>" : "<th scope=\"col\">\(text)</th>"
    }

    /// Over a column of bars, which is not there on a narrow screen.
    static let meterHead: Markup = "<th class=\"meter\"></th>"

    static func number(_ text: String, isBad: Bool = false) -> Markup {
        isBad ? "<td class=\"n bad\">\(text)</td>" : "<td class=\"n\">\(text)</td>"
    }
}
