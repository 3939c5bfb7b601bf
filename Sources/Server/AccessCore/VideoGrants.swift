import SignalingProtocol

/// The claim `video` of LiveKit's tokens, so that token services that exist can be kept. What such a token leaves out is allowed.
struct VideoGrants {
    let object: JSONObject

    func apply(to grant: inout Grant) throws(TokenRefusal) {
        guard try flag("roomJoin") == true else { throw TokenClaims.refused("'video.roomJoin' must be true") }
        guard let room = object["room"] else { throw TokenClaims.refused("'video.room' is missing") }
        grant.rooms = .some([.init(try TokenClaims.text(room, "video.room", 1...128))])
        grant.isHidden = try flag("hidden") ?? false
        let isModerator = try flag("roomAdmin") ?? false
        if isModerator { grant.role = .cohost }
        if try flag("recorder") == true { grant.role = .recorder }
        let allowed = (
            publish: try flag("canPublish") ?? true, subscribe: try flag("canSubscribe") ?? true,
            data: try flag("canPublishData") ?? true
        )
        grant.sources = try sources()
        guard allowed != (true, true, true) else { return }
        grant.permissions = (grant.role ?? .speaker).permissions.filter { permission in
            switch permission {
            case .publish: allowed.publish
            case .subscribe: allowed.subscribe
            case .data, .chat, .react, .hand: allowed.data
            default: true
            }
        }
    }

    private func flag(_ name: String) throws(TokenRefusal) -> Bool? {
        guard let value = object[name] else { return nil }
        guard let flag = value.boolValue else { throw TokenClaims.refused("'video.\(name)' must be true or false") }
        return flag
    }

    private func sources() throws(TokenRefusal) -> [MediaSource]? {
        guard let value = object["canPublishSources"] else { return nil }
        guard let entries = value.arrayValue, entries.count <= 8 else {
            throw TokenClaims.refused("'video.canPublishSources' must be a list")
        }
        var sources: [MediaSource] = []
        for entry in entries {
            switch entry.stringValue {
            case "camera": sources.append(.camera)
            case "microphone": sources.append(.microphone)
            case "screen_share": sources.append(.screen)
            case "screen_share_audio": break
            default: throw TokenClaims.refused("'video.canPublishSources' has a source that is not known")
            }
        }
        return sources.isEmpty && !entries.isEmpty ? [] : sources
    }
}
