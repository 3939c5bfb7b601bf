public import AccessCore
public import Scenario

extension TokenWish {
    /// What a bot's own tokens say: who it is, and for which room.
    public init(of bot: BotPlan) {
        // Whoever is matched goes into a room that the server names.
        self.init(
            identity: bot.name, room: bot.match == nil ? bot.room : "*", name: bot.name,
            sessionLifetime: bot.token?.session.map { $0.components.seconds })
    }

    /// Older than any token is good for.
    private static let expiredFor: Int64 = 3600

    /// A token as a bot's plan wants it, made with the target's secret.
    ///
    /// - Parameter now: In seconds since 1970.
    public static func token(of bot: BotPlan, keys: any TokenKeys, at now: Int64) -> String? {
        let wish = TokenWish(of: bot)
        switch bot.token?.flaw {
        case nil: return keys.token(claims: wish.claims(at: now))
        case .expired: return keys.token(claims: wish.claims(at: now - expiredFor))
        case .forged:
            // Its signature is that of other words.
            let parts = keys.token(claims: wish.claims(at: now))?.split(separator: ".")
            let others = keys.token(claims: wish.claims(at: now - expiredFor))?.split(separator: ".")
            guard let parts, let others, parts.count == 3, others.count == 3 else { return nil }
            return "\(parts[0]).\(parts[1]).\(others[2])"
        }
    }
}
