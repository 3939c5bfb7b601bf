import Measurement

extension ScenarioDecoder {
    mutating func target(_ node: DocumentNode, _ path: String) -> Scenario.Target? {
        guard let fields = fields(of: node, .target, path: path) else { return nil }
        let signaling =
            if let node = fields["protocol"] {
                choice(
                    node, fields.path(of: "protocol"), Scenario.Target.SignalingProtocol.self,
                    unavailable: Availability.protocols,
                    of: "a protocol")
            } else {
                Scenario.Target.SignalingProtocol.starling
            }
        let mode =
            if let node = fields["mode"] {
                choice(node, fields.path(of: "mode"), Scenario.Target.Mode.self, unavailable: Availability.modes, of: "a mode")
            } else {
                Scenario.Target.Mode.mesh
            }
        let address = required(fields, "url").flatMap { self.address($0, fields.path(of: "url")) }
        guard let signaling, let mode, let address else { return nil }
        return Scenario.Target(signalingProtocol: signaling, address: address, mode: mode)
    }

    private mutating func address(_ node: DocumentNode, _ path: String) -> Scenario.Target.Address? {
        guard let url = text(node, path) else { return nil }
        places[path] = node.location
        // Before anything is said about it: what is wrong with an address must not tell what is secret in it.
        let tokens = AddressSecrets.find(in: url)
        secrets += tokens
        diagnostics.secrets += tokens
        if url == "embedded" { return .embedded }
        let expected = "write 'embedded' or an address such as ws://127.0.0.1:8080/"
        guard let separator = url.firstRange(of: "://") else {
            let near = Spelling.nearest(to: url, in: ["embedded"]) != nil
            diagnostics.report(
                "'\(url)' is not an address" + (near ? "; did you mean 'embedded'?" : ": \(expected)"), at: node.location,
                field: path)
            return nil
        }
        let scheme = String(url[..<separator.lowerBound])
        guard scheme == "ws" else {
            let message =
                Availability.urlSchemes.contains(scheme)
                ? "\(Availability.message(scheme + "://")): \(expected)"
                : "'\(scheme)://' is not a scheme of a target: \(expected)"
            diagnostics.report(message, at: node.location, field: path)
            return nil
        }
        let rest = url[separator.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let hasControl = url.unicodeScalars.contains { $0.properties.isWhitespace || $0.value < 0x20 || $0.value == 0x7F }
        guard !authority.isEmpty, !authority.hasPrefix(":"), !hasControl else {
            diagnostics.report("'\(url)' names no host: \(expected)", at: node.location, field: path)
            return nil
        }
        return .url(url)
    }
}
