import RTCCore

extension ScenarioDecoder {
    /// `ice_servers` of a scenario or a group; `nil` where it is wrong.
    mutating func iceServers(_ fields: Fields, otherwise: ICEServers) -> ICEServers? {
        guard let node = fields["ice_servers"] else { return otherwise }
        let path = fields.path(of: "ice_servers")
        if case .scalar(let word) = node.content {
            if word == "embedded" { return .embedded }
            diagnostics.report(
                "'ice_servers' is 'embedded' or a list, not \(node.phrase): write - { urls: turn:192.0.2.1, username: …, credential: … }",
                at: node.location, field: path)
            return nil
        }
        let before = diagnostics.errors.count
        let entries = list(fields, "ice_servers") { decoder, node, path in decoder.iceServer(node, path) }
        return diagnostics.errors.count == before ? .listed(entries) : nil
    }

    private mutating func iceServer(_ node: DocumentNode, _ path: String) -> ICEServerEntry? {
        guard let fields = fields(of: node, .iceServer, path: path) else { return nil }
        var entry = ICEServerEntry(urls: [])
        for key in ["username", "credential", "secret"] {
            guard let node = fields[key] else { continue }
            guard let text = text(node, fields.path(of: key)) else { return nil }
            switch key {
            case "username": entry.username = text
            case "credential": entry.credential = text
            default: entry.secret = text
            }
            // However they were written, they are nobody's business.
            if key != "username" {
                secrets.append(text)
                diagnostics.secrets.append(text)
            }
        }
        guard let urlsNode = required(fields, "urls") else { return nil }
        var nodes = [(urlsNode, fields.path(of: "urls"))]
        if case .sequence(let items) = urlsNode.content {
            nodes = items.enumerated().map { ($0.element, "\(fields.path(of: "urls"))[\($0.offset)]") }
        }
        var needsUser = false
        for (node, path) in nodes {
            guard let text = text(node, path) else { return nil }
            places[path] = node.location
            do throws(ICEServerURL.ParsingError) {
                let url = try ICEServerURL(parsing: text)
                needsUser = needsUser || url.scheme != .stun
                entry.urls.append(text)
            } catch {
                diagnostics.report(
                    "'\(text)' is no address of a STUN or TURN server, \(error): write turn:192.0.2.1:3478?transport=udp",
                    at: node.location, field: path)
                return nil
            }
        }
        if needsUser, entry.secret == nil, entry.username == nil || entry.credential == nil {
            diagnostics.report(
                "a TURN server needs 'username' and 'credential', or the 'secret' that it shares", at: node.location, field: path)
            return nil
        }
        if entry.secret != nil, entry.credential != nil {
            diagnostics.report(
                "'secret' makes the credential: write one of the two", at: node.location, field: fields.path(of: "secret"))
            return nil
        }
        return entry
    }

    mutating func transportPolicy(_ fields: Fields, otherwise: TransportPolicy) -> TransportPolicy? {
        guard let node = fields["ice_transport_policy"] else { return otherwise }
        return choice(node, fields.path(of: "ice_transport_policy"), TransportPolicy.self, of: "a transport policy")
    }

    mutating func usesTCP(_ fields: Fields, otherwise: Bool) -> Bool? {
        guard let node = fields["ice_tcp"] else { return otherwise }
        return boolean(node, fields.path(of: "ice_tcp"))
    }
}
