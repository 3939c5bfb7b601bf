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
        if let node = fields["loss"], let (model, place) = loss(node, fields.path(of: "loss")) {
            impairment.loss = model
            impairment.lossPlace = place
        }
        if let node = fields["delay"] { impairment.delay = duration(node, fields.path(of: "delay")) ?? .zero }
        if let node = fields["jitter"] { impairment.jitter = jitter(node, fields.path(of: "jitter")) ?? .none }
        if let node = fields["reorder"] {
            impairment.reordering = reordering(node, fields.path(of: "reorder"), fields) ?? .none
        }
        let queue = fields["queue"].flatMap { self.queue($0, fields.path(of: "queue")) }
        if let node = fields["rate"], let rate = rate(node, fields.path(of: "rate")) {
            let bucket = fields["bucket"].flatMap { bytes($0, fields.path(of: "bucket")) } ?? 0
            impairment.rate = RateLimit(bitsPerSecond: rate, bucket: bucket, queue: queue ?? RateLimit.defaultQueue)
        }
        if let node = fields["trace"] { impairment.trace = trace(node, fields.path(of: "trace"), queue: queue) }
        checkLink(fields)
        if let node = fields["duplicate"] { impairment.duplicate = ratio(node, fields.path(of: "duplicate")) ?? 0 }
        if let node = fields["corrupt"] { impairment.corrupt = ratio(node, fields.path(of: "corrupt")) ?? 0 }
        if let node = fields["mark"] { impairment.mark = ratio(node, fields.path(of: "mark")) ?? 0 }
        if let node = fields["mtu"] { impairment.mtu = mtu(node, fields.path(of: "mtu")) }
        return diagnostics.errors.count == before ? impairment : nil
    }

    /// What only a bottleneck can have.
    private mutating func checkLink(_ fields: Fields) {
        guard fields["rate"] == nil else { return }
        if let node = fields["queue"], fields["trace"] == nil {
            diagnostics.report(
                "a queue needs a 'rate' that fills it: add 'rate: 2Mbps'", at: node.location, field: fields.path(of: "queue"))
        }
        if let node = fields["bucket"] {
            diagnostics.report(
                "a bucket needs a 'rate' that fills it: add 'rate: 2Mbps'", at: node.location, field: fields.path(of: "bucket"))
        }
    }

    // MARK: delay and order

    private mutating func jitter(_ node: DocumentNode, _ path: String) -> Jitter? {
        if case .scalar = node.content {
            return duration(node, path).map { Jitter(.uniform, amount: $0) }
        }
        guard let fields = fields(of: node, .jitter, path: path) else { return nil }
        let amount = required(fields, "amount").flatMap { duration($0, fields.path(of: "amount")) }
        var distribution: Jitter.Distribution? = .uniform
        if let node = fields["distribution"] {
            distribution = choice(node, fields.path(of: "distribution"), Jitter.Distribution.self, of: "a distribution")
        }
        var correlation: Double? = 0
        if let node = fields["correlation"] {
            correlation = ratio(node, fields.path(of: "correlation"))
            if correlation == 1 {
                diagnostics.report(
                    "a correlation of 100% would never change: write less, such as 90%", at: node.location,
                    field: fields.path(of: "correlation"))
                return nil
            }
        }
        var reorders: Bool? = false
        if let node = fields["reorders"] { reorders = boolean(node, fields.path(of: "reorders")) }
        guard let amount, let distribution, let correlation, let reorders else { return nil }
        return Jitter(distribution, amount: amount, correlation: correlation, reorders: reorders)
    }

    private mutating func reordering(_ node: DocumentNode, _ path: String, _ impairment: Fields) -> Reordering? {
        guard let fields = fields(of: node, .reorder, path: path) else { return nil }
        let forms = "a reordering is { every: 5 } or { share: 1%, by: 20ms }"
        if let every = fields["every"] {
            guard fields["share"] == nil, fields["by"] == nil else {
                diagnostics.report(forms, at: node.location, field: path)
                return nil
            }
            if impairment["delay"] == nil, impairment["trace"] == nil {
                diagnostics.report(
                    "an early datagram needs a 'delay' that it can skip: add 'delay: 30ms'", at: every.location,
                    field: fields.path(of: "every"))
                return nil
            }
            return integer(every, fields.path(of: "every"), in: 2...1_000_000, example: 5).map { .everyNth($0) }
        }
        guard let shareNode = fields["share"], let byNode = fields["by"] else {
            diagnostics.report(forms, at: node.location, field: path)
            return nil
        }
        let share = ratio(shareNode, fields.path(of: "share"))
        let by = positiveDuration(byNode, fields.path(of: "by"))
        guard let share, let by else { return nil }
        return share > 0 ? .late(probability: share, by: by) : Reordering.none
    }

    // MARK: the bottleneck

    private mutating func rate(_ node: DocumentNode, _ path: String) -> Double? {
        guard let rate = quantity(node, path, [.bitrate]) else { return nil }
        guard rate.value >= 1000, rate.value <= 1e12 else {
            diagnostics.report(
                "a bottleneck carries at least 1kbps: write 300kbps, or leave 'rate' out for an endless one; "
                    + "for none at all there is 'blackout'", at: node.location, field: path)
            return nil
        }
        return rate.value
    }

    private mutating func queue(_ node: DocumentNode, _ path: String) -> RateLimit.Queue? {
        if case .scalar(let word) = node.content {
            if word == "codel" { return .codel(CoDel.Parameters()) }
            if word == "endless" { return .endless }
            let quantity = quantity(node, path, [.time, .size])
            return quantity.map { $0.dimension == .time ? .dropTail(Self.duration($0)) : .bytes(Self.bytes($0)) }
        }
        guard let fields = fields(of: node, .queue, path: path) else { return nil }
        var discipline: Discipline? = .droptail
        if let node = fields["discipline"] {
            discipline = choice(node, fields.path(of: "discipline"), Discipline.self, of: "a discipline")
        }
        var packets: Int?
        if let node = fields["packets"] {
            packets = integer(node, fields.path(of: "packets"), in: 1...1_000_000, example: 50)
            if packets == nil { return nil }
        }
        guard let discipline else { return nil }
        return discipline == .codel ? codel(fields, packets: packets) : dropTail(fields, packets: packets)
    }

    private enum Discipline: String, CaseIterable {
        case droptail
        case codel
    }

    private mutating func codel(_ fields: Fields, packets: Int?) -> RateLimit.Queue? {
        for key in ["time", "size"] {
            guard let node = fields[key] else { continue }
            diagnostics.report(
                "CoDel bounds the wait by 'target'; a queue with it may have 'packets', not '\(key)'", at: node.location,
                field: fields.path(of: key))
            return nil
        }
        var parameters = CoDel.Parameters()
        if let packets { parameters.packets = packets }
        var isWrong = false
        if let node = fields["target"] {
            if let target = positiveDuration(node, fields.path(of: "target")) {
                parameters.target = target
            } else {
                isWrong = true
            }
        }
        if let node = fields["interval"] {
            if let interval = positiveDuration(node, fields.path(of: "interval")) {
                parameters.interval = interval
            } else {
                isWrong = true
            }
        }
        if let node = fields["ecn"] {
            if let marks = boolean(node, fields.path(of: "ecn")) { parameters.marksECN = marks } else { isWrong = true }
        }
        return isWrong ? nil : .codel(parameters)
    }

    private mutating func dropTail(_ fields: Fields, packets: Int?) -> RateLimit.Queue? {
        for key in ["target", "interval", "ecn"] {
            guard let node = fields[key] else { continue }
            diagnostics.report(
                "'\(key)' belongs to CoDel: add 'discipline: codel', or take it out", at: node.location,
                field: fields.path(of: key))
            return nil
        }
        let bounds = ["time", "size", "packets"].filter { fields[$0] != nil }
        guard bounds.count == 1 else {
            diagnostics.report(
                "a queue has one bound: { time: 300ms }, { size: 64KiB } or { packets: 50 }; for none write 'endless'",
                at: fields.location, field: fields.path)
            return nil
        }
        if let node = fields["time"] { return duration(node, fields.path(of: "time")).map { .dropTail($0) } }
        if let node = fields["size"] { return bytes(node, fields.path(of: "size")).map { .bytes($0) } }
        return packets.map { .packets($0) }
    }

    private mutating func bytes(_ node: DocumentNode, _ path: String) -> Int? {
        quantity(node, path, [.size]).map(Self.bytes)
    }

    private static func bytes(_ quantity: Quantity) -> Int {
        let most = 1e12
        return Int(min(quantity.value, most))
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

    // MARK: traces

    /// Its file is read later, where media files are.
    private mutating func trace(_ node: DocumentNode, _ path: String, queue: RateLimit.Queue?) -> TraceReplay? {
        places[path] = node.location
        var replay = TraceReplay(path: "", queue: queue ?? RateLimit.defaultQueue)
        if case .scalar = node.content {
            guard let file = text(node, path) else { return nil }
            replay.path = file
            return replay
        }
        guard let fields = fields(of: node, .trace, path: path), let file = requiredText(fields, "file") else { return nil }
        replay.path = file
        if let node = fields["loop"] {
            guard let loops = boolean(node, fields.path(of: "loop")) else { return nil }
            replay.loops = loops
        }
        return replay
    }
}
