/// The name of a room as a scenario writes it, with placeholders in braces.
///
/// `{run}` names the run, `{group}` the bot's group, `{place}` its place in that, from 0. `{place/N}` is the place divided by a whole number:
/// with it a group fills rooms of N.
enum RoomName {
    static let placeholders = ["run", "group", "place", "place/2"]

    static func isPlaceholder(_ name: String) -> Bool {
        name == "run" || name == "group" || divisor(of: name) != nil
    }

    static func filled(_ template: String, run: String, group: String, place: Int) -> String {
        var filled = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            filled += rest[..<open]
            let name = String(rest[rest.index(after: open)..<close])
            switch name {
            case "run": filled += run
            case "group": filled += group
            default: filled += divisor(of: name).map { String(place / $0) } ?? "{\(name)}"
            }
            rest = rest[rest.index(after: close)...]
        }
        return filled + rest
    }

    private static func divisor(of name: String) -> Int? {
        if name == "place" { return 1 }
        guard name.hasPrefix("place/"), let divisor = Int(name.dropFirst(6)), divisor > 0 else { return nil }
        return divisor
    }
}
