import Measurement
import SignalingClients

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
        if let node = fields["protocol"] { places[fields.path(of: "protocol")] = node.location }
        let address =
            signaling == .exec || signaling == nil && fields["command"] != nil
            ? program(fields) : required(fields, "url").flatMap { self.address($0, fields.path(of: "url"), of: signaling) }
        if let node = fields["command"], let signaling, signaling != .exec {
            diagnostics.report(
                "'command' is for 'protocol: exec': write that, or take it out", at: node.location,
                field: fields.path(of: "command"))
        }
        let mode = mode(fields, of: signaling)
        let janus = janus(fields, of: signaling)
        let mapping = mapping(fields, of: signaling)
        let key = key(fields, of: signaling)
        let tokenSecret = tokenSecret(fields, of: signaling)
        guard let signaling, let mode, let address, let janus, !signaling.isMapped && signaling != .exec || mapping != nil
        else { return nil }
        var target = Scenario.Target(
            signalingProtocol: signaling, address: address, mode: mode, janus: janus, mapping: mapping,
            token: signaling == .janus ? nil : janus.token)
        target.key = key
        target.tokenSecret = tokenSecret
        target.authorities = authorities(fields, of: address)
        return target
    }

    private mutating func mode(_ fields: Fields, of signaling: Scenario.Target.SignalingProtocol?) -> Scenario.Target.Mode? {
        let modes = signaling?.modes ?? Scenario.Target.Mode.allCases
        guard let node = fields["mode"] else { return modes[0] }
        let path = fields.path(of: "mode")
        guard let mode = choice(node, path, Scenario.Target.Mode.self, of: "a mode") else { return nil }
        guard modes.contains(mode) else {
            let known = modes.map { "'\($0.rawValue)'" }.joined(separator: " or ")
            diagnostics.report(
                "'protocol: \(signaling?.rawValue ?? "")' has no mode '\(mode.rawValue)': write \(known), or leave 'mode' out",
                at: node.location, field: path)
            return nil
        }
        return mode
    }

    private mutating func program(_ fields: Fields) -> Scenario.Target.Address? {
        if let node = fields["url"] {
            diagnostics.report(
                "a program is started, not called: take 'url' out, and give the address to the program in 'command'",
                at: node.location, field: fields.path(of: "url"))
        }
        guard let node = required(fields, "command") else { return nil }
        let before = diagnostics.errors.count
        let words = list(fields, "command") { decoder, node, path in decoder.text(node, path) }
        guard diagnostics.errors.count == before else { return nil }
        guard !words.isEmpty, words.allSatisfy({ !$0.contains("\0") }) else {
            diagnostics.report(
                "a program is expected here: write [python3, adapter.py]", at: node.location, field: fields.path(of: "command"))
            return nil
        }
        return .program(words)
    }

    private mutating func authorities(_ fields: Fields, of address: Scenario.Target.Address) -> String? {
        guard let node = fields["ca"], let file = text(node, fields.path(of: "ca")) else { return nil }
        guard case .url(let url) = address, url.hasPrefix("wss://") else {
            diagnostics.report(
                "'ca' is for addresses with wss://: take it out, or write one", at: node.location, field: fields.path(of: "ca"))
            return nil
        }
        places[fields.path(of: "ca")] = node.location
        return file
    }

    private mutating func key(_ fields: Fields, of signaling: Scenario.Target.SignalingProtocol?) -> String? {
        guard let node = fields["key"], let text = text(node, fields.path(of: "key")) else { return nil }
        guard signaling == nil || signaling == .peerjs else {
            diagnostics.report(
                "'key' is for PeerJS: write 'protocol: peerjs', or take it out", at: node.location, field: fields.path(of: "key"))
            return nil
        }
        guard
            text.utf8.allSatisfy({
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95
            })
        else {
            diagnostics.report(
                "a key goes into an address: write letters, digits, - and _", at: node.location, field: fields.path(of: "key"))
            return nil
        }
        return text
    }

    private mutating func mapping(_ fields: Fields, of signaling: Scenario.Target.SignalingProtocol?) -> MappingFile? {
        let path = fields.path(of: "mapping")
        guard let signaling else { return nil }
        if signaling == .exec, fields["mapping"] == nil { return MappingFile(path: "", rooms: .program) }
        guard signaling.isMapped else {
            if let node = fields["mapping"] {
                diagnostics.report(
                    "'mapping' is for 'protocol: socketio' and 'protocol: websocket': take it out", at: node.location,
                    field: path)
            }
            return nil
        }
        guard let node = required(fields, "mapping"), let file = text(node, path) else { return nil }
        places[path] = node.location
        return MappingFile(path: file)
    }

    /// What stands in a target for Janus only, but for a token.
    private mutating func janus(_ fields: Fields, of signaling: Scenario.Target.SignalingProtocol?) -> Scenario.Target.Janus? {
        let before = diagnostics.errors.count
        var access = Scenario.Target.Janus()
        access.secret = secret(fields, "secret", of: signaling)
        access.token = secret(fields, "token", of: signaling)
        access.adminKey = secret(fields, "admin_key", of: signaling)
        access.roomSecret = secret(fields, "room_secret", of: signaling)
        access.pin = secret(fields, "pin", of: signaling)
        return diagnostics.errors.count == before ? access : nil
    }

    private mutating func secret(_ fields: Fields, _ key: String, of signaling: Scenario.Target.SignalingProtocol?) -> String? {
        guard let node = fields[key] else { return nil }
        let path = fields.path(of: key)
        let sharesTokens = [.starling, .exec].contains(signaling) || signaling?.isMapped == true
        if let signaling, signaling != .janus, key != "token" || !sharesTokens {
            diagnostics.report(
                "'\(key)' is for Janus: write 'protocol: janus', or take it out", at: node.location, field: path)
            return nil
        }
        guard let text = text(node, path) else { return nil }
        secrets.append(text)
        diagnostics.secrets.append(text)
        return text
    }

    /// Bytes of the shortest secret that signs tokens (RFC 7518 §3.2).
    private static let shortestSecret = 32

    private mutating func tokenSecret(_ fields: Fields, of signaling: Scenario.Target.SignalingProtocol?) -> String? {
        guard let node = fields["token_secret"], let text = text(node, fields.path(of: "token_secret")) else { return nil }
        let path = fields.path(of: "token_secret")
        secrets.append(text)
        diagnostics.secrets.append(text)
        if let signaling, signaling != .starling {
            diagnostics.report(
                "'token_secret' is for 'protocol: starling': take it out", at: node.location, field: path)
            return nil
        }
        guard text.utf8.count >= Self.shortestSecret else {
            diagnostics.report(
                "a secret of tokens has \(Self.shortestSecret) bytes at least: make one with 'openssl rand -hex 32'",
                at: node.location, field: path)
            return nil
        }
        if let token = fields["token"] {
            diagnostics.report(
                "with 'token_secret' each bot has a token of its own: take 'token' out", at: token.location,
                field: fields.path(of: "token"))
            return nil
        }
        return text
    }

    private mutating func address(
        _ node: DocumentNode, _ path: String, of signaling: Scenario.Target.SignalingProtocol?
    ) -> Scenario.Target.Address? {
        guard let url = text(node, path) else { return nil }
        places[path] = node.location
        // Before anything is said about it: what is wrong with an address must not tell what is secret in it.
        let tokens = AddressSecrets.find(in: url)
        secrets += tokens
        diagnostics.secrets += tokens
        if url == "embedded" {
            guard signaling != .janus, signaling != .websocket else {
                diagnostics.report(
                    "the embedded server does not speak '\(signaling?.rawValue ?? "")': write the address of a server that does, "
                        + "such as ws://127.0.0.1:8188/", at: node.location, field: path)
                return nil
            }
            return .embedded
        }
        let expected = "write 'embedded' or an address such as ws://127.0.0.1:8080/ or wss://call.example/"
        guard let separator = url.firstRange(of: "://") else {
            let near = Spelling.nearest(to: url, in: ["embedded"]) != nil
            diagnostics.report(
                "'\(url)' is not an address" + (near ? "; did you mean 'embedded'?" : ": \(expected)"), at: node.location,
                field: path)
            return nil
        }
        let scheme = String(url[..<separator.lowerBound])
        guard scheme == "ws" || scheme == "wss" else {
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
