internal import Measurement

extension HTMLReport {
    private static let mostTracks = 12

    /// Every frame that was sent is one of four things.
    static func audit(_ model: ReportModel) -> Markup {
        let audit = model.result.audit
        guard !audit.isEmpty else { return .empty }
        let totals = ["video", "audio"].compactMap { kind -> RunResult.AuditRow? in
            let rows = audit.filter { $0.kind == kind }
            guard var sum = rows.first else { return nil }
            for row in rows.dropFirst() { sum.add(row) }
            sum.from = "All \(Figure.count(rows.count, "track"))"
            return sum
        }
        let worst = audit.enumerated().sorted { left, right in
            let one = (left.element.sent - left.element.intact - left.element.withheld) * max(1, right.element.sent)
            let other = (right.element.sent - right.element.intact - right.element.withheld) * max(1, left.element.sent)
            return (other, left.offset) < (one, right.offset)
        }.map(\.element)
        let shown = audit.count <= mostTracks ? audit : Array(worst.prefix(mostTracks))
        let rows = totals.map { line($0, isTotal: true) } + shown.map { line($0, isTotal: false) }
        let heads = [
            head("Track"), head("Kind"), head("Sent", isNumber: true), head("= intact", isNumber: true),
            head("+ damaged", isNumber: true), head("+ withheld", isNumber: true), head("+ missing", isNumber: true), meterHead,
            head("Causes"),
        ]
        let left = audit.count - shown.count
        let more: Markup =
            left > 0
            ? "<p class=\"note\">The \(mostTracks) tracks that lost the largest share; the other \(left) are in result.json.</p>"
            : .empty
        return section(
            "audit", "Frame audit",
            note:
                "Each frame sent is exactly one of these: whole at the receiver, damaged on the way, withheld by choice, or missing.",
            table("rows audit", head: heads, rows: rows) + more)
    }

    private static func line(_ row: RunResult.AuditRow, isTotal: Bool) -> Markup {
        var causes = row.causes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\(Figure.count($0.value)) \($0.key)" }
        if row.unexplained > 0 { causes.append("\(Figure.count(row.unexplained)) unexplained") }
        if row.foreign > 0 { causes.append("\(Figure.count(row.foreign)) foreign") }
        if row.repeated > 0 { causes.append("\(Figure.count(row.repeated)) repeated") }
        let name: Markup = isTotal ? "\(row.from)" : "\(row.from) → \(row.to)"
        let kind: Markup = isTotal ? " class=\"total\"" : .empty
        return """
            <tr\(kind)><th scope="row">\(name)</th><td>\(isTotal ? row.kind : row.label)</td>\(number(Figure.count(row.sent)))\(number(Figure.count(row.intact)))\
            \(number(Figure.count(row.damaged)))\(number(Figure.count(row.withheld)))\(number(Figure.count(row.missing)))\
            <td class="meter">\(stack(row))</td><td>\(causes.joined(separator: ", "))</td></tr>
            """
    }

    private static func stack(_ row: RunResult.AuditRow) -> Markup {
        guard row.sent > 0 else { return .empty }
        var left = 0.0
        let parts: [(Markup, Int)] = [
            ("intact", row.intact), ("damaged", row.damaged), ("withheld", row.withheld), ("missing", row.missing),
        ]
        let bars = parts.map { name, count -> Markup in
            guard count > 0 else { return .empty }
            let width = Double(count) / Double(row.sent) * 100
            defer { left += width }
            return
                "<rect class=\"\(name)\" x=\"\(Figure.decimals(left, 2))\" width=\"\(Figure.decimals(width, 2))\" height=\"10\"/>"
        }
        return "<svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\(bars)</svg>"
    }
}

extension RunResult.AuditRow {
    fileprivate mutating func add(_ row: RunResult.AuditRow) {
        sent += row.sent
        intact += row.intact
        damaged += row.damaged
        withheld += row.withheld
        missing += row.missing
        unexplained += row.unexplained
        foreign += row.foreign
        repeated += row.repeated
        causes.merge(row.causes, uniquingKeysWith: +)
    }
}
