internal import Measurement

extension HTMLReport {
    /// More cards than these tell nobody more; the table of assertions has all.
    private static let mostFailures = 20

    /// What does not hold: who, when, why, and where to look. It is what most people open a report for.
    static func failures(_ model: ReportModel) -> Markup {
        let failed = model.result.assertions.filter { $0.status != "pass" }
        guard !failed.isEmpty else { return .empty }
        let cards = failed.prefix(mostFailures).enumerated().map { index, row in card(row, index, model) }
        let more: Markup =
            failed.count > cards.count
            ? "<p class=\"note\">and \(failed.count - cards.count) more in the table below</p>" : .empty
        return section("why", "Why it fails", "<div class=\"failures\">\(cards.joined(separator: "\n"))</div>\(more)")
    }

    private static func card(_ row: RunResult.AssertionRow, _ index: Int, _ model: ReportModel) -> Markup {
        let evidence = row.evidence ?? []
        let answers = Evidence.Question.allCases.map { question -> Markup in
            let texts = evidence.filter { $0.question == question }.map { $0.text }
            guard !texts.isEmpty else { return .empty }
            let parts = texts.map { text -> Markup in "<p>\(text)</p>" }
            return "<div class=\"q-\(name(question))\"><dt>\(label(question))</dt><dd>\(parts)</dd></div>\n"
        }
        let place: Markup =
            row.line.map { "<span class=\"line\">\(model.result.scenario.path), line \($0)</span>" }
            ?? "<span class=\"line\">asked of every run</span>"
        return """
            <article class="failure" id="why-\(index + 1)"><h3><code>\(row.text)</code>\(place)</h3>
            <p class="why">\(row.explanation)</p>
            <dl>\(answers)</dl></article>
            """
    }

    private static func name(_ question: Evidence.Question) -> Markup {
        Markup(text: question.rawValue)
    }

    private static func label(_ question: Evidence.Question) -> String {
        switch question {
        case .who: "Who"
        case .when: "When"
        case .cause: "Lost to"
        case .look: "Look at"
        }
    }
}
