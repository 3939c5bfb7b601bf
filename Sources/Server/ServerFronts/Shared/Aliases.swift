/// The ids that dialects have for participants.
struct Aliases {
    private struct Place: Hashable {
        let room: String
        let alias: String
    }

    /// Of those that have left, as many are remembered: what is said about them may still be on its way.
    private static let remembered = 1024

    private var aliases: [String: String] = [:]
    private var participants: [Place: String] = [:]
    private var retired: [String] = []

    func alias(of participant: String) -> String {
        aliases[participant] ?? participant
    }

    func participant(_ alias: String, in room: String) -> String? {
        participants[Place(room: room, alias: alias)]
    }

    mutating func add(_ alias: String, of participant: String, in room: String) {
        aliases[participant] = alias
        participants[Place(room: room, alias: alias)] = participant
    }

    mutating func retire(_ participant: String, in room: String) {
        guard let alias = aliases[participant] else { return }
        let place = Place(room: room, alias: alias)
        if participants[place] == participant { participants[place] = nil }
        retired.append(participant)
        if retired.count > Self.remembered { aliases[retired.removeFirst()] = nil }
    }
}
