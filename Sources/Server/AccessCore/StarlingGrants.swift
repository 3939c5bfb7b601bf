import SignalingProtocol

/// The claim `starling`. A member that is not known is ignored; one that is known and wrong refuses the token.
struct StarlingGrants {
    /// Names and patterns of one token.
    static let largestScope = 32

    let object: JSONObject
    let policy: AccessPolicy

    func apply(to grant: inout Grant) throws(TokenRefusal) {
        if let version = object["v"], version != .integer(1) { throw TokenClaims.refused("'starling.v' must be 1") }
        grant.rooms = try scope()
        grant.role = try choice("role", Role.self)
        grant.permissions = try choices("perms", Permission.self)
        grant.sources = try choices("sources", MediaSource.self)
        grant.lobby = try choice("lobby", Grant.Lobby.self)
        grant.duplicate = try choice("dup", DuplicatePolicy.self)
        grant.isHidden = try flag("hidden")
        grant.isOnce = try flag("once")
        grant.isAdministrator = try flag("admin")
        if let tenant = object["tenant"] { grant.tenant = try TokenClaims.text(tenant, "starling.tenant", 1...64) }
        if let attributes = object["attrs"] {
            guard let attributes = attributes.objectValue, JSON.object(attributes).text.utf8.count <= 4096 else {
                throw TokenClaims.refused("'starling.attrs' must be an object of at most 4096 bytes")
            }
            grant.attributes = attributes
        }
        if let lifetime = object["ttl_session"] {
            let range = policy.sessionLifetimes
            guard let seconds = lifetime.integerValue, range.contains(.seconds(seconds)) else {
                throw TokenClaims.refused(
                    "'starling.ttl_session' must be from \(range.lowerBound.components.seconds) to "
                        + "\(range.upperBound.components.seconds) seconds")
            }
            grant.sessionLifetime = .seconds(seconds)
        }
    }

    private func scope() throws(TokenRefusal) -> RoomScope {
        var patterns: [RoomScope.Pattern] = []
        if let room = object["room"] { patterns.append(.init(try TokenClaims.text(room, "starling.room", 1...128))) }
        if let rooms = object["rooms"] {
            guard let rooms = rooms.arrayValue, rooms.count <= Self.largestScope else {
                throw TokenClaims.refused("'starling.rooms' must be a list of at most \(Self.largestScope) patterns")
            }
            for room in rooms {
                patterns.append(.init(try TokenClaims.text(room, "starling.rooms", 1...128), isGlob: true))
            }
        }
        let isAdministrator = object["admin"] == .bool(true)
        guard !patterns.isEmpty || isAdministrator else {
            throw TokenClaims.refused("'starling' must have 'room' or 'rooms'; '*' is for all")
        }
        return .some(patterns)
    }

    private func flag(_ name: String) throws(TokenRefusal) -> Bool {
        guard let value = object[name] else { return false }
        guard let flag = value.boolValue else { throw TokenClaims.refused("'starling.\(name)' must be true or false") }
        return flag
    }

    private func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Choice.Type
    ) throws(TokenRefusal) -> Choice? where Choice.RawValue == String {
        guard let value = object[name] else { return nil }
        return try Self.choice(value, name, type)
    }

    private func choices<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Choice.Type
    ) throws(TokenRefusal) -> [Choice]? where Choice.RawValue == String {
        guard let value = object[name] else { return nil }
        guard let entries = value.arrayValue, entries.count <= Choice.allCases.count else {
            throw TokenClaims.refused("'starling.\(name)' must be a list, of \(Choice.allCases.count) at most")
        }
        var choices: [Choice] = []
        for entry in entries { choices.append(try Self.choice(entry, name, type)) }
        return choices
    }

    private static func choice<Choice: RawRepresentable & CaseIterable>(
        _ value: JSON, _ name: String, _ type: Choice.Type
    ) throws(TokenRefusal) -> Choice where Choice.RawValue == String {
        guard let choice = value.stringValue.flatMap({ Choice(rawValue: $0) }) else {
            let known = Choice.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            throw TokenClaims.refused("'starling.\(name)' must be one of \(known)")
        }
        return choice
    }
}
