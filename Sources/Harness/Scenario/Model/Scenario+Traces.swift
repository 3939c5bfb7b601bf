public import NetworkImpairment

extension Scenario {
    /// This scenario with the files of its networks' traces read; each file is asked for once for each place that names it.
    ///
    /// - Parameter load: Reads the file of a path.
    /// - Throws: What is wrong with each trace, and where the scenario names it.
    public func loadingTraces(
        _ load: (String) throws(TraceError) -> NetworkTrace
    ) throws(ScenarioErrors) -> Scenario {
        var errors: [ScenarioError] = []
        var groups = groups
        var timeline = timeline
        for index in groups.indices {
            groups[index].network = loaded(groups[index].network, "groups[\(index)].network", load, &errors)
        }
        for index in timeline.indices {
            timeline[index].verbs = timeline[index].verbs.map { verb in
                guard case .network(let profile) = verb else { return verb }
                return .network(loaded(profile, "timeline[\(index)].do.network", load, &errors))
            }
        }
        guard errors.isEmpty else { throw ScenarioErrors(errors: errors) }
        return Scenario(
            title: title, name: name, path: path, seed: seed, tags: tags, target: target,
            iceAuthorities: iceAuthorities, duration: duration, groups: groups,
            timeline: timeline, assertions: assertions, assertionLocations: assertionLocations, secrets: secrets, places: places)
    }

    private func loaded(
        _ profile: NetworkProfile, _ field: String, _ load: (String) throws(TraceError) -> NetworkTrace,
        _ errors: inout [ScenarioError]
    ) -> NetworkProfile {
        var profile = profile
        let both = places["\(field).both.trace"] != nil
        profile.up = loaded(profile.up, "\(field).\(both ? "both" : "up")", load, &errors)
        if both {
            profile.down = profile.up
        } else {
            profile.down = loaded(profile.down, "\(field).down", load, &errors)
        }
        return profile
    }

    private func loaded(
        _ impairment: Impairment, _ field: String, _ load: (String) throws(TraceError) -> NetworkTrace,
        _ errors: inout [ScenarioError]
    ) -> Impairment {
        guard var replay = impairment.trace, replay.trace == nil else { return impairment }
        var impairment = impairment
        do throws(TraceError) {
            let trace = try load(replay.path)
            if let complaint = complaint(about: trace, replay, in: impairment) {
                errors.append(error("\(replay.path): \(complaint)", in: "\(field).trace"))
            }
            replay.trace = trace
            impairment.trace = replay
        } catch {
            errors.append(self.error(error.description, in: "\(field).trace"))
        }
        return impairment
    }

    /// What a trace sets, the scenario does not set as well.
    private func complaint(about trace: NetworkTrace, _ replay: TraceReplay, in impairment: Impairment) -> String? {
        if case .opportunities = trace.content, !replay.loops {
            return "a mahimahi trace always begins again: leave 'loop' out"
        }
        if trace.setsRate, impairment.rate != nil { return "the trace sets the rate: leave 'rate' out" }
        if trace.setsDelay, impairment.delay > .zero { return "the trace sets the delay: leave 'delay' out" }
        if trace.setsLoss, impairment.loss != .none { return "the trace sets the loss: leave 'loss' out" }
        if !trace.setsRate, impairment.rate == nil, replay.queue != RateLimit.defaultQueue {
            return "the trace does not set a rate that would fill the queue: add 'rate: 2Mbps', or leave 'queue' out"
        }
        return nil
    }
}
