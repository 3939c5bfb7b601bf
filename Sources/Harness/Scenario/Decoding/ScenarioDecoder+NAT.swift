import Measurement
import NetworkImpairment
import RTCCore

extension ScenarioDecoder {
    /// A name, or what RFC 4787 tells NATs apart by.
    mutating func nat(_ node: DocumentNode, _ path: String) -> Scenario.NAT? {
        places[path] = node.location
        if case .scalar = node.content {
            guard let name = scalar(node, path, expected: "the name of a NAT such as 'symmetric'") else { return nil }
            if let nat = Scenario.NAT.named.first(where: { $0.name == name }) { return nat }
            let advice = Spelling.advice(for: name, in: Scenario.NAT.named.map(\.name), noun: "there are")
            diagnostics.report("'\(name)' is not a NAT\(advice)", at: node.location, field: path)
            return nil
        }
        guard let fields = fields(of: node, .nat, path: path) else { return nil }
        let before = diagnostics.errors.count
        let mapping = required(fields, "mapping").flatMap { dependence($0, fields.path(of: "mapping")) }
        let filtering = required(fields, "filtering").flatMap { dependence($0, fields.path(of: "filtering")) }
        guard let mapping, let filtering else { return nil }
        var behavior = NATBehavior(mapping: mapping, filtering: filtering)
        if let node = fields["hairpinning"], let hairpins = boolean(node, fields.path(of: "hairpinning")) {
            behavior.hairpins = hairpins
        }
        if let node = fields["ports"],
            let ports = choice(node, fields.path(of: "ports"), NATBehavior.PortAssignment.self, of: "a way to give ports")
        {
            behavior.ports = ports
        }
        if let node = fields["lifetime"], let lifetime = positiveDuration(node, fields.path(of: "lifetime")) {
            behavior.lifetime = lifetime
        }
        var nat = Scenario.NAT("custom", behavior)
        if let node = fields["shared"], let isShared = boolean(node, fields.path(of: "shared")) { nat.isShared = isShared }
        if let node = fields["carrier"] { nat.carrier = carrier(node, fields.path(of: "carrier")) }
        return diagnostics.errors.count == before ? nat : nil
    }

    private mutating func dependence(_ node: DocumentNode, _ path: String) -> NATBehavior.Dependence? {
        choice(node, path, NATBehavior.Dependence.self, of: "a behaviour of RFC 4787")
    }

    /// A NAT of one layer.
    private mutating func carrier(_ node: DocumentNode, _ path: String) -> NATBehavior? {
        guard let nat = nat(node, path) else { return nil }
        guard let behavior = nat.behavior, nat.carrier == nil, !nat.isShared else {
            diagnostics.report(
                "a carrier's NAT has one layer and is shared anyway: write 'port-restricted', 'symmetric' or { mapping: …, filtering: … }",
                at: node.location, field: path)
            return nil
        }
        return behavior
    }
}
