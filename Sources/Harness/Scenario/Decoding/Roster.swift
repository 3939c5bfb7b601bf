/// Who there is, for those that refer to groups and bots: also the names of groups that are wrong in something else.
struct Roster {
    /// As they were written.
    let names: [String]
    /// Those that could be read.
    let groups: [Scenario.Group]

    init(writtenIn fields: Fields, groups: [Scenario.Group]) {
        self.groups = groups
        guard case .sequence(let items)? = fields["groups"]?.content else {
            names = []
            return
        }
        names = items.compactMap { item in
            guard case .scalar(let name)? = item["name"]?.content else { return nil }
            return name
        }
    }

    /// `nil` where the group's size could not be read.
    func count(of name: String) -> Int? {
        groups.first { $0.name == name }?.count
    }

    /// The layers of all simulcasts, each name once.
    var rids: [String] {
        var rids: [String] = []
        for layer in groups.flatMap(\.publication.simulcast) where !rids.contains(layer.rid) { rids.append(layer.rid) }
        return rids
    }

    /// Whether a bot of this name may exist: `callers[0]`.
    func hasBot(_ bot: String) -> Bool {
        names.contains { name in
            guard bot.hasPrefix(name + "["), bot.hasSuffix("]") else { return false }
            guard let index = Int(bot.dropFirst(name.count + 1).dropLast()), index >= 0 else { return false }
            return count(of: name).map { index < $0 } ?? true
        }
    }
}
