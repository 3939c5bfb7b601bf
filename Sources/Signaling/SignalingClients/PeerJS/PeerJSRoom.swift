/// Who calls whom on a PeerJS server, which knows of nobody's belonging: a room of the scenario, and its bots in the order in which they come.
public struct PeerJSRoom: Hashable, Sendable {
    /// The room's name, from which ids are made.
    public let name: String
    /// All bots of the room, the first to come at the front.
    public let bots: [String]
    /// The server's key, `peerjs` by default there.
    public let key: String

    public init(_ name: String, bots: [String], key: String = "peerjs") {
        self.name = name
        self.bots = bots
        self.key = key
    }

    /// The peer id of a bot: words of letters and digits with a hyphen between them, which is what the library takes.
    public func id(of bot: String) -> String {
        let words = "\(name) \(bot)".utf8.split { byte in
            !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) && !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        return words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
    }

    /// The bot with a peer id; `nil` for strangers.
    public func bot(withID id: String) -> String? { bots.first { self.id(of: $0) == id } }

    func earlier(than bot: String) -> [String] { Array(bots.prefix { $0 != bot }) }

    func others(than bot: String) -> [String] { bots.filter { $0 != bot } }
}
