public import RTCCore

/// Watches metrics for rules: told the time and the values, it says which alerts fire and clear.
///
///            holds                 for as long as the rule says
///   quiet ──────────▶ pending ──────────────────────────────────▶ firing
///     ▲                  │ does not                                  │ does not
///     ├──────────────────┘                                           ▼
///     └────────────────────────────────────────────────────────── clearing ──▶ firing, where it holds again
///              for as long as the rule says
///
/// A metric without a value, such as a mean of nothing, holds for no rule.
public struct AlertWatch {
    public enum Change: Hashable, Sendable {
        case fired
        case cleared
    }

    public struct Alert: Hashable, Sendable {
        public let rule: AlertRule
        public let change: Change
        /// What the metric was; `nil` where it had none.
        public let value: Double?

        public init(rule: AlertRule, change: Change, value: Double?) {
            self.rule = rule
            self.change = change
            self.value = value
        }
    }

    private struct State {
        var isFiring = false
        /// Since when the rule says the other thing than ``isFiring``.
        var changedAt: Instant?
    }

    public let rules: [AlertRule]
    private var states: [State]

    public init(_ rules: [AlertRule]) {
        self.rules = rules
        states = rules.map { _ in State() }
    }

    /// The names of those that fire, in the order of the rules.
    public var firing: [String] {
        zip(rules, states).filter(\.1.isFiring).map(\.0.name)
    }

    /// - Parameter value: What a metric is now.
    public mutating func look(at now: Instant, _ value: (String) -> Double?) -> [Alert] {
        var alerts: [Alert] = []
        for (index, rule) in rules.enumerated() {
            let current = value(rule.metric)
            let holds = current.map { rule.comparison.holds($0, rule.bound) } ?? false
            guard holds != states[index].isFiring else {
                states[index].changedAt = nil
                continue
            }
            let since = states[index].changedAt ?? now
            states[index].changedAt = since
            guard now - since >= rule.duration else { continue }
            states[index] = State(isFiring: holds)
            alerts.append(Alert(rule: rule, change: holds ? .fired : .cleared, value: current))
        }
        return alerts
    }
}
