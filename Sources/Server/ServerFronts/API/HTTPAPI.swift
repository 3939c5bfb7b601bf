public import AccessCore
public import RTCCore
import RoomCore
import SignalingProtocol
import SocketIOSessions

/// The HTTP API below `/v1`: rooms for administrators, TURN users for those who are let in, and tokens for developers.
///
/// | request | by | answer |
/// |---|---|---|
/// | `GET /v1/turn` | whoever is let in | a TURN user that expires |
/// | `POST /v1/tokens` | anyone, where the server is told to | a token, as the body wishes |
/// | `GET /v1/rooms`, `/v1/rooms/{room}`, `/v1/rooms/{room}/participants` | administrators | what is there |
/// | `POST /v1/rooms/{room}:end`, `:lock` | administrators | |
/// | `POST /v1/participants/{participant}:kick`, `:mute` | administrators | |
/// | `POST /v1/revocations` | administrators | |
///
/// A room of a tenant is named with the query `?tenant=`.
public final class HTTPAPI {
    /// Bytes of a body.
    public static let largestBody = 16 * 1024
    private static let prefixes = ["/v1/rooms", "/v1/participants", "/v1/turn", "/v1/tokens", "/v1/revocations"]

    private let configuration: ServerConfiguration
    private let rooms: SharedRooms
    private let keys: (any TokenKeys)?
    private let bits: () -> UInt64
    private var rates = TokenBuckets<String>()
    /// Requests since the start, by status.
    public private(set) var answers: [Int: Int] = [:]

    /// - Parameters:
    ///   - keys: With which tokens are made.
    ///   - bits: Where random names come from, 64 bits at a time.
    public init(configuration: ServerConfiguration, rooms: SharedRooms, keys: (any TokenKeys)?, bits: @escaping () -> UInt64) {
        self.configuration = configuration
        self.rooms = rooms
        self.keys = keys
        self.bits = bits
    }

    /// Whether a path is this API's.
    public static func owns(_ path: String) -> Bool {
        prefixes.contains { prefix in
            guard path.hasPrefix(prefix) else { return false }
            return [nil, UInt8(ascii: "/"), UInt8(ascii: ":")].contains(path.utf8.dropFirst(prefix.utf8.count).first)
        }
    }

    /// Answers a request; what the rooms have to say because of it is for their fronts to tell.
    public func answer(_ request: APIRequest, from origin: ClientOrigin, now: Instant) -> APIResponse {
        let response: APIResponse
        do throws(RequestError) {
            try limit(origin, now: now)
            response = try answer(request, now: now)
        } catch {
            response = APIResponse(error)
        }
        answers[response.status, default: 0] += 1
        return response
    }

    private func limit(_ origin: ClientOrigin, now: Instant) throws(RequestError) {
        guard !origin.isTrusted(configuration) else { return }
        let limit = configuration.limits.api
        guard let wait = rates.take(limit, for: origin.address?.host ?? "", now: now) else { return }
        throw RequestError(.rateLimited, "too many requests", retryMilliseconds: wait.inNanoseconds / 1_000_000 + 1)
    }

    private func answer(_ request: APIRequest, now: Instant) throws(RequestError) -> APIResponse {
        let parts = request.path.dropFirst(4).split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        switch (request.method, parts.first, parts.count) {
        case ("GET", "turn", 1): return try turn(request, now: now)
        case ("POST", "tokens", 1): return try makeToken(request, now: now)
        case ("POST", "revocations", 1):
            try administrator(request, now: now)
            return try revoke(request)
        case ("GET", "rooms", 1):
            try administrator(request, now: now)
            return APIResponse(["rooms": .array(rooms.core.overview.map { .object(Self.json($0)) })])
        case (_, "rooms", 2...3), (_, "participants", 2):
            try administrator(request, now: now)
            return try administer(request, parts, now: now)
        default: throw Self.unknown
        }
    }

    static let unknown = RequestError(.notFound, "there is nothing under this path and method")

    private func administrator(_ request: APIRequest, now: Instant) throws(RequestError) {
        guard try bearer(request, now: now).isAdministrator else {
            throw RequestError(.forbidden, "an administrator's token is needed")
        }
    }

    private func bearer(_ request: APIRequest, now: Instant) throws(RequestError) -> Grant {
        switch rooms.examine(request.bearer, now: now) {
        case .success(let grant): return grant
        case .failure(let refusal): throw RequestError(refusal.code, refusal.message)
        }
    }

    // MARK: - For those who are let in

    private func turn(_ request: APIRequest, now: Instant) throws(RequestError) -> APIResponse {
        let grant = try bearer(request, now: now)
        guard let relays = configuration.relays else { throw RequestError(.notFound, "this server has no TURN servers") }
        let user = grant.identity.map { Base64URL.encode(Array($0.utf8)) } ?? "c\(bits())"
        let server = relays.server(for: user, unixSeconds: rooms.gate.unixSeconds(at: now))
        let urls: JSON = .array(server.urls.map { .string($0) })
        return APIResponse([
            "username": .string(server.username ?? ""), "password": .string(server.credential ?? ""),
            "credential": .string(server.credential ?? ""), "ttl": .integer(relays.lifetime.components.seconds), "uris": urls,
            "urls": urls,
        ])
    }

    private func makeToken(_ request: APIRequest, now: Instant) throws(RequestError) -> APIResponse {
        guard configuration.issuesTokens else { throw Self.unknown }
        guard let keys else { throw RequestError(.notFound, "this server has no keys to make tokens with") }
        let body = try APIBody(request)
        let longest = configuration.access.longestToken.components.seconds
        let isOnce = try body.flag("once") ?? false
        let wish = TokenWish(
            identity: try body.text("sub", 1...128) ?? "u\(bits())", room: try body.needed("room", 1...128),
            name: try body.text("name", 1...64), role: try body.role("role"),
            lifetime: try body.integer("ttl", 1...longest) ?? longest, sessionLifetime: nil, isOnce: isOnce,
            tokenID: isOnce ? "t\(bits())" : nil, issuer: configuration.access.issuers.first)
        let claims = wish.claims(at: rooms.gate.unixSeconds(at: now), audience: configuration.access.audience)
        guard let token = keys.token(claims: claims) else {
            throw RequestError(.notFound, "this server has public keys only, which make no tokens")
        }
        return APIResponse(status: 201, ["token": .string(token), "sub": .string(wish.identity), "ttl": .integer(wish.lifetime)])
    }

    // MARK: - For administrators

    private func revoke(_ request: APIRequest) throws(RequestError) -> APIResponse {
        let body = try APIBody(request)
        if let id = try body.text("jti", 1...256) {
            rooms.revoke(.token(id))
        } else {
            rooms.revoke(.identity(try body.needed("sub", 1...128)))
        }
        return APIResponse(["ok": .bool(true)])
    }

    private func administer(_ request: APIRequest, _ parts: [String], now: Instant) throws(RequestError) -> APIResponse {
        let (name, verb) = Self.verb(of: parts[1])
        let grant = Grant(tenant: request.query["tenant"])
        let room = grant.qualified(name)
        let isFound: Bool
        switch (request.method, parts[0], verb, parts.count) {
        case ("GET", "rooms", nil, 2):
            guard let overview = rooms.core.overview(of: room) else { throw Self.absent(parts[0], name) }
            return APIResponse(Self.json(overview))
        case ("GET", "rooms", nil, 3) where parts[2] == "participants":
            guard let residents = rooms.core.residents(of: room) else { throw Self.absent(parts[0], name) }
            return APIResponse([
                "participants": .array(residents.map { .object(Self.json($0, as: rooms.alias(of: $0.participant))) })
            ])
        case ("POST", "rooms", "end", 2):
            isFound = rooms.core.administer(end: room, reason: try APIBody(request).text("reason", 0...120) ?? "")
        case ("POST", "rooms", "lock", 2):
            isFound = rooms.core.administer(lock: try APIBody(request).flag("locked") ?? true, room: room)
        case ("POST", "participants", "kick", 2):
            let body = try APIBody(request)
            let kick = KickRequest(
                participant: name, reason: try body.text("reason", 0...120) ?? "",
                banSeconds: try body.integer("ban_s", 0...604_800) ?? 0)
            isFound = rooms.core.administer(kick, now: now)
        case ("POST", "participants", "mute", 2):
            let body = try APIBody(request)
            guard let source = MediaSource(rawValue: try body.text("source", 1...16) ?? "microphone") else {
                throw RequestError(.badRequest, "'source' must be microphone, camera or screen")
            }
            isFound = rooms.core.administer(
                MuteRequest(participant: name, source: source, hard: try body.flag("hard") ?? false))
        default: throw Self.unknown
        }
        guard isFound else { throw Self.absent(parts[0], name) }
        return APIResponse(["ok": .bool(true)])
    }

    private static func absent(_ kind: String, _ name: String) -> RequestError {
        kind == "rooms"
            ? RequestError(.notFound, "there is no room '\(name.prefix(128))'")
            : RequestError(.noSuchPeer, "there is no participant '\(name.prefix(64))'")
    }

    /// Parts `r:end`; names may have colons of their own, and percent signs stand for what they say.
    private static func verb(of part: String) -> (name: String, verb: String?) {
        for verb in ["end", "lock", "kick", "mute"] where part.hasSuffix(":" + verb) {
            return (URLQuery.decoded(String(part.dropLast(verb.count + 1))), verb)
        }
        return (URLQuery.decoded(part), nil)
    }

    private static func json(_ room: RoomCore.Overview) -> JSONObject {
        var object: JSONObject = [
            "id": .string(room.name), "participants": .integer(Int64(room.participants)),
            "waiting": .integer(Int64(room.waiting)), "mode": .string(room.mode.rawValue),
            "locked": .bool(room.settings.locked), "lobby": .bool(room.settings.lobby),
        ]
        object["tenant"] = room.tenant.map { .string($0) }
        return object
    }

    private static func json(_ resident: RoomCore.Resident, as alias: String) -> JSONObject {
        var object: JSONObject = [
            "id": .string(resident.participant), "name": .string(resident.name), "role": .string(resident.role.rawValue),
            "connected": .bool(resident.isConnected), "hidden": .bool(resident.isHidden),
            "media": .object([
                "microphone": .string(resident.media.microphone.rawValue), "camera": .string(resident.media.camera.rawValue),
                "screen": .string(resident.media.screen.rawValue),
            ]),
        ]
        if alias != resident.participant { object["alias"] = .string(alias) }
        return object
    }
}
