import ArgumentParser

/// Callers without media: what a server's rooms cost, and whether they stay coherent whatever breaks.
@main
struct RoomBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "starling-room-bench", abstract: "Plays callers without media against a server's rooms.",
        subcommands: [Load.self, Endure.self], defaultSubcommand: Load.self)
}
