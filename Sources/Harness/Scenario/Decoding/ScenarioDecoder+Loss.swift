import Measurement
import NetworkImpairment
import RTCCore

/// A share of the datagrams, bursts of a mean length, a chain of two states per datagram, or one in time.
extension ScenarioDecoder {
    mutating func loss(_ node: DocumentNode, _ path: String) -> (LossModel, Impairment.LossPlace)? {
        if case .scalar = node.content {
            return ratio(node, path).map { ($0 == 0 ? .none : .bernoulli($0), .beforeQueue) }
        }
        guard let fields = fields(of: node, .loss, path: path) else { return nil }
        var place: Impairment.LossPlace? = .beforeQueue
        if let node = fields["place"] {
            place = choice(node, fields.path(of: "place"), Impairment.LossPlace.self, of: "a place of losses")
        }
        let model = lossModel(fields)
        guard let place, let model else { return nil }
        return (model, place)
    }

    private mutating func lossModel(_ fields: Fields) -> LossModel? {
        let mean = has(fields, "rate", "burst")
        let chain = has(fields, "to_bad", "to_good")
        let timed = has(fields, "good", "bad")
        let states = has(fields, "in_good", "in_bad")
        if mean, !chain, !timed, !states { return meanLoss(fields) }
        if chain, !mean, !timed { return chainLoss(fields) }
        if timed, !mean, !chain { return timedLoss(fields) }
        if !mean, !chain, !timed, !states {
            _ = required(fields, "rate")
            return nil
        }
        diagnostics.report(
            "a loss is { rate, burst }, { to_bad, to_good, in_good, in_bad } or { good, bad, in_good, in_bad }, not a mixture",
            at: fields.location, field: fields.path)
        return nil
    }

    private func has(_ fields: Fields, _ keys: String...) -> Bool {
        keys.contains { fields[$0] != nil }
    }

    private mutating func meanLoss(_ fields: Fields) -> LossModel? {
        let rate = required(fields, "rate").flatMap { ratio($0, fields.path(of: "rate")) }
        guard let burstNode = fields["burst"] else { return rate.map { $0 == 0 ? .none : .bernoulli($0) } }
        let burst = number(burstNode, fields.path(of: "burst"), in: 1...1e6, example: "4")
        guard let rate, let burst else { return nil }
        guard rate > 0 else { return LossModel.none }
        guard rate < 1, burst > rate / (1 - rate) else {
            let least =
                rate < 1 ? "longer than \(Quantity(rate / (1 - rate), .number)), or the rate lower" : "possible only below 100%"
            diagnostics.report(
                "a loss of \(Quantity(rate, .ratio)) in bursts of \(Quantity(burst, .number)) cannot be: a burst must be \(least)",
                at: burstNode.location, field: fields.path(of: "burst"))
            return nil
        }
        return .bursts(loss: rate, burst: burst)
    }

    private mutating func chainLoss(_ fields: Fields) -> LossModel? {
        let toBad = required(fields, "to_bad").flatMap { ratio($0, fields.path(of: "to_bad")) }
        let toGood = required(fields, "to_good").flatMap { ratio($0, fields.path(of: "to_good")) }
        let inStates = lossInStates(fields)
        guard let toBad, let toGood, let inStates else { return nil }
        return .gilbertElliott(toBad: toBad, toGood: toGood, lossInGood: inStates.good, lossInBad: inStates.bad)
    }

    private mutating func timedLoss(_ fields: Fields) -> LossModel? {
        let good = required(fields, "good").flatMap { stay($0, fields.path(of: "good")) }
        let bad = required(fields, "bad").flatMap { stay($0, fields.path(of: "bad")) }
        let inStates = lossInStates(fields)
        guard let good, let bad, let inStates else { return nil }
        return .timedGilbertElliott(good: good, bad: bad, lossInGood: inStates.good, lossInBad: inStates.bad)
    }

    private mutating func stay(_ node: DocumentNode, _ path: String) -> Duration? {
        guard let duration = duration(node, path) else { return nil }
        guard duration >= .milliseconds(1) else {
            diagnostics.report("a state stays for at least 1ms on the average: write 200ms", at: node.location, field: path)
            return nil
        }
        return duration
    }

    private mutating func lossInStates(_ fields: Fields) -> (good: Double, bad: Double)? {
        var good: Double? = 0
        var bad: Double? = 1
        if let node = fields["in_good"] { good = ratio(node, fields.path(of: "in_good")) }
        if let node = fields["in_bad"] { bad = ratio(node, fields.path(of: "in_bad")) }
        guard let good, let bad else { return nil }
        return (good, bad)
    }
}
