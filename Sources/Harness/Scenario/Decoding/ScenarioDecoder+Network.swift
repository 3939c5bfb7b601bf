import Measurement
import NetworkImpairment
import RTCCore

extension ScenarioDecoder {
    /// A preset's name, or what happens up, down or in both directions.
    mutating func network(_ node: DocumentNode, _ path: String) -> NetworkProfile? {
        if case .scalar = node.content {
            guard let name = scalar(node, path, expected: "the name of a network such as 'wifi'") else { return nil }
            if let profile = presets(name) { return profile }
            if name == NetworkProfile.clean.name { return .clean }
            let advice = Spelling.advice(for: name, in: presetNames + [NetworkProfile.clean.name], noun: "there are")
            diagnostics.report("'\(name)' is not a network\(advice)", at: node.location, field: path)
            return nil
        }
        guard let fields = fields(of: node, .network, path: path) else { return nil }
        let directions = fields.keys.filter { KeyTable.network.names.contains($0) }
        guard !directions.isEmpty else {
            if fields.keys.isEmpty {
                diagnostics.report(
                    "a network is a preset's name, or { both: … }, or { up: …, down: … }; for none of it write 'clean'",
                    at: node.location,
                    field: path)
            }
            return nil
        }
        guard directions.count == 1 || !directions.contains("both") else {
            diagnostics.report("a network has 'both', or 'up' and 'down', not all of them", at: node.location, field: path)
            return nil
        }
        let both = fields["both"].map { impairment($0, fields.path(of: "both")) }
        let up = fields["up"].map { impairment($0, fields.path(of: "up")) }
        let down = fields["down"].map { impairment($0, fields.path(of: "down")) }
        let upward = both ?? up ?? Impairment.none
        let downward = both ?? down ?? Impairment.none
        guard let upward, let downward else { return nil }
        return NetworkProfile(name: "custom", up: upward, down: downward)
    }

    private mutating func impairment(_ node: DocumentNode, _ path: String) -> Impairment? {
        guard let fields = fields(of: node, .impairment, path: path) else { return nil }
        let before = diagnostics.errors.count
        var impairment = Impairment()
        if let node = fields["loss"] { impairment.loss = loss(node, fields.path(of: "loss")) ?? .none }
        if let node = fields["delay"] { impairment.delay = duration(node, fields.path(of: "delay")) ?? .zero }
        if let node = fields["jitter"] { impairment.jitter = jitter(node, fields.path(of: "jitter")) ?? .none }
        if let node = fields["rate"] { impairment.rate = rate(node, fields.path(of: "rate"), queue: fields["queue"], fields) }
        if let node = fields["queue"], fields["rate"] == nil {
            diagnostics.report(
                "a queue needs a 'rate' that fills it: add 'rate: 2Mbps'", at: node.location, field: fields.path(of: "queue"))
        }
        if let node = fields["duplicate"] { impairment.duplicate = ratio(node, fields.path(of: "duplicate")) ?? 0 }
        if let node = fields["corrupt"] { impairment.corrupt = ratio(node, fields.path(of: "corrupt")) ?? 0 }
        if let node = fields["mtu"] { impairment.mtu = mtu(node, fields.path(of: "mtu")) }
        return diagnostics.errors.count == before ? impairment : nil
    }

    private mutating func loss(_ node: DocumentNode, _ path: String) -> LossModel? {
        if case .scalar = node.content {
            return ratio(node, path).map { $0 == 0 ? .none : .bernoulli($0) }
        }
        guard let fields = fields(of: node, .loss, path: path) else { return nil }
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

    private mutating func jitter(_ node: DocumentNode, _ path: String) -> Jitter? {
        if case .scalar = node.content {
            return duration(node, path).map { Jitter(.uniform, amount: $0) }
        }
        guard let fields = fields(of: node, .jitter, path: path) else { return nil }
        let amount = required(fields, "amount").flatMap { duration($0, fields.path(of: "amount")) }
        var distribution: JitterShape? = .uniform
        if let node = fields["distribution"] {
            distribution = choice(node, fields.path(of: "distribution"), JitterShape.self, of: "a distribution")
        }
        var reorders: Bool? = false
        if let node = fields["reorders"] { reorders = boolean(node, fields.path(of: "reorders")) }
        guard let amount, let distribution, let reorders else { return nil }
        return Jitter(distribution == .normal ? .normal : .uniform, amount: amount, reorders: reorders)
    }

    private enum JitterShape: String, CaseIterable {
        case uniform
        case normal
    }

    private mutating func rate(_ node: DocumentNode, _ path: String, queue: DocumentNode?, _ fields: Fields) -> RateLimit? {
        let rate = quantity(node, path, [.bitrate])
        var limit: RateLimit.Queue? = .dropTail(.milliseconds(300))
        if let queue {
            let quantity = quantity(queue, fields.path(of: "queue"), [.time, .size])
            limit = quantity.map { $0.dimension == .time ? .dropTail(Self.duration($0)) : .bytes(Int(min($0.value, 1e12))) }
        }
        guard let rate, let limit else { return nil }
        guard rate.value >= 1000, rate.value <= 1e12 else {
            diagnostics.report(
                "a bottleneck carries at least 1kbps: write 300kbps, or leave 'rate' out for an endless one; "
                    + "for none at all there is 'blackout'", at: node.location, field: path)
            return nil
        }
        return RateLimit(bitsPerSecond: rate.value, queue: limit)
    }

    private mutating func mtu(_ node: DocumentNode, _ path: String) -> Int? {
        guard let text = scalar(node, path, expected: "a size such as 1280") else { return nil }
        let quantity = try? Quantity(parsing: text)
        guard let quantity, quantity.dimension == .size || quantity.dimension == .number, (68...65_535).contains(quantity.value),
            quantity.value == quantity.value.rounded()
        else {
            diagnostics.report(
                "'\(text)' is not an MTU: write bytes from 68 to 65535, such as 1280", at: node.location, field: path)
            return nil
        }
        return Int(quantity.value)
    }
}
