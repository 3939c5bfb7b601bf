import ArgumentParser
import Foundation
import Measurement
import NetworkDriver
import Scenario

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Write a first scenario for your own server, and what goes with it.",
        discussion: """
            Writes \(FirstScenario.scenarioPath), for Socket.IO and plain WebSockets \(FirstScenario.mappingPath) to fill in, and a file for a CI \
            system. Nothing is called or asked, but with --probe, and no file is overwritten without --force.
            """)

    @Option(help: ArgumentHelp("The server's address, such as ws://127.0.0.1:3000.", valueName: "URL"))
    var target: String

    @Option(
        name: .customLong("protocol"),
        help: ArgumentHelp("What it speaks, instead of what its address looks like.", valueName: "NAME"))
    var dialect: Scenario.Target.SignalingProtocol?

    @Option(help: ArgumentHelp("For which CI system: github, gitlab or jenkins (default: github).", valueName: "SYSTEM"))
    var ci: CISystem = .github

    @Option(help: ArgumentHelp("Where the files go.", valueName: "DIR"))
    var out = "."

    @Flag(help: "Ask the server whether it speaks Socket.IO or PeerJS, by one request each.")
    var probe = false

    @Flag(help: "Overwrite files that are there.")
    var force = false

    func run() throws {
        var url = Self.webSocketAddress(target)
        let parsed: SignalingURL
        do {
            parsed = try SignalingURL(url)
        } catch {
            Console.complain("starling init: --target: \(error)")
            throw ExitCode(ExitStatus.usage.rawValue)
        }
        var found = dialect ?? Self.guess(parsed)
        if probe { (found, url) = ask(parsed, at: url, guess: found) }
        guard found != .exec else {
            Console.complain("starling init: a program is not called by an address: see 'protocol: exec' in docs/adapters.md")
            throw ExitCode(ExitStatus.usage.rawValue)
        }
        let first = FirstScenario(url: url, dialect: found)
        var files = [(FirstScenario.scenarioPath, first.scenario), (ci.path, ci.text)]
        if let mapping = first.mapping { files.insert((FirstScenario.mappingPath, mapping), at: 1) }
        try write(files)
        Console.say("next: starling fixtures, then starling check \(FirstScenario.scenarioPath)")
        if first.mapping != nil { Console.say("fill in \(FirstScenario.mappingPath): what your service calls what") }
    }

    /// Asks the server what it speaks, and says what came of it; what was said on the command line counts more.
    private func ask(
        _ parsed: SignalingURL, at url: String, guess: Scenario.Target.SignalingProtocol
    ) -> (Scenario.Target.SignalingProtocol, url: String) {
        let written =
            dialect == nil
            ? "the files are for '\(guess.rawValue)', as its address looks" : "the files are for '\(guess.rawValue)'"
        switch ServerProbe(parsed).finding {
        case .speaks(let known, let resource):
            let place = resource.map { "\(parsed.isSecure ? "wss" : "ws")://\(parsed.authority)\($0)" } ?? url
            guard known == guess || dialect == nil else {
                Console.say("\(parsed.authority) speaks '\(known.rawValue)'; \(written)")
                return (guess, url)
            }
            Console.say("\(parsed.authority) speaks '\(known.rawValue)'" + (place == url ? "" : ", at \(place)"))
            return (known, place)
        case .unknown:
            Console.say("\(parsed.authority) answers, and does not say over HTTP what it speaks: \(written)")
        case .silent(let reason):
            Console.complain("starling init: \(parsed.authority) was not heard: \(reason); \(written)")
        }
        return (guess, url)
    }

    /// All or none: what is there already is said before anything is written.
    private func write(_ files: [(path: String, text: String)]) throws {
        let folder = URL(fileURLWithPath: out)
        let present = files.map(\.path).filter { FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path) }
        guard force || present.isEmpty else {
            Console.complain("starling init: \(present.joined(separator: ", ")): there already; --force overwrites")
            throw ExitCode(ExitStatus.usage.rawValue)
        }
        for (path, text) in files {
            let file = folder.appendingPathComponent(path)
            do {
                try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            } catch {
                Console.complain("starling init: \(file.path) cannot be written: \(error.localizedDescription)")
                throw ExitCode(ExitStatus.usage.rawValue)
            }
            Console.say("wrote \(path)")
        }
    }

    /// People copy the address out of a browser.
    private static func webSocketAddress(_ text: String) -> String {
        for (web, socket) in [("http://", "ws://"), ("https://", "wss://")] where text.hasPrefix(web) {
            return socket + text.dropFirst(web.count)
        }
        return text
    }

    /// What an address looks like.
    private static func guess(_ url: SignalingURL) -> Scenario.Target.SignalingProtocol {
        let path = url.resource.prefix { $0 != "?" }
        if path.hasPrefix("/socket.io") { return .socketio }
        if path.contains("peerjs") || url.port == 9000 { return .peerjs }
        if url.port == 8188 { return .janus }
        return path == "/" ? .socketio : path == "/ws" ? .starling : .websocket
    }
}

extension CISystem: ExpressibleByArgument {}
