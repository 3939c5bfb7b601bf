import ArgumentParser
import Foundation
import Measurement
import RTCCore
import ServerFronts
import ServerSettings
import SignalingProtocol

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "serve", abstract: "Run the reference signaling server.")

    @Option(
        help: ArgumentHelp(
            "A file of settings (YAML; docs/server.md has them all). STARLING_… in the environment overrules it, options overrule both.",
            valueName: "FILE"))
    var config: String?

    @Flag(name: .customLong("check-config"), help: "Say what is wrong with the settings, or that nothing is, and end.")
    var checksSettings = false

    @Option(help: "The address to listen on (default: 127.0.0.1).")
    var host: String?

    @Option(help: "The port to listen on; 0 takes a free one (default: 8080).")
    var port: Int?

    @Option(help: "The UDP port to serve STUN on, which clients are then told; 0 takes a free one. Without it there is no STUN.")
    var stunPort: Int?

    @Option(
        name: .customLong("turn-url"),
        help: "A TURN server that clients are told to use, such as turn:192.0.2.1:3478?transport=udp; may be given several times."
    )
    var turnURLs: [String] = []

    @Option(name: .customLong("turn-user"), help: "The user of those servers, with the password in STARLING_TURN_CREDENTIAL.")
    var turnUser: String?

    @Option(
        name: .customLong("turn-ttl"),
        help:
            "For how many seconds a client's own user name is good, where STARLING_TURN_SECRET holds what is shared with those servers."
    )
    var turnLifetime: Int?

    @Flag(name: .customLong("trust-loopback"), help: "Lift rate limits and origin checks for clients on this machine.")
    var trustsLoopback = false

    @Option(
        name: .customLong("allow-origin"),
        help: "A web origin whose pages may connect, such as https://call.example or https://*.example; may be given again.")
    var allowedOrigins: [String] = []

    @Flag(
        name: .customLong("socketio-recovery"),
        help: "Let Socket.IO clients come back as themselves (connection state recovery); their events then end with an offset.")
    var recoversSockets = false

    @Flag(name: .customLong("peerjs-discovery"), help: "Let PeerJS clients list the peers that are here.")
    var listsPeers = false

    @Option(help: "Serve what a public conformance suite expects, in the place of rooms over Socket.IO: socketio or engineio.")
    var conformance: ConformanceProfile?

    @OptionGroup(title: "Access")
    var access: AccessOptions

    @Option(
        help: ArgumentHelp(
            "Where rooms, participants, chat and call statistics are written down: sqlite:FILE, mongodb://…, or none.",
            valueName: "PLACE"))
    var store: String?

    @Option(
        name: .customLong("log-file"),
        help: "Where the log goes, in lines of JSON: a file, - for standard error, or none (default: none).")
    var logFile: String?

    @Option(name: .customLong("log-level"), help: "What it holds: debug, info, warning or error (default: info).")
    var logLevel: String?

    func validate() throws {
        for (flag, port) in [("--port", port), ("--stun-port", stunPort)] {
            guard let port, !(0...65_535).contains(port) else { continue }
            throw ValidationError("\(flag) \(port): a port lies between 0 and 65535")
        }
    }

    /// What was given on the command line, by setting.
    private var arguments: [(name: String, flag: String, values: [String])] {
        var given: [(name: String, flag: String, values: [String])] = []
        func add(_ name: String, _ flag: String, _ value: String?) {
            if let value { given.append((name, flag, [value])) }
        }
        add("host", "--host", host)
        add("port", "--port", port.map { "\($0)" })
        add("stun_port", "--stun-port", stunPort.map { "\($0)" })
        if !turnURLs.isEmpty { given.append(("turn_urls", "--turn-url", turnURLs)) }
        add("turn_user", "--turn-user", turnUser)
        add("turn_ttl", "--turn-ttl", turnLifetime.map { "\($0)" })
        if trustsLoopback { add("trust_loopback", "--trust-loopback", "true") }
        if !allowedOrigins.isEmpty { given.append(("allow_origins", "--allow-origin", allowedOrigins)) }
        if recoversSockets { add("socketio_recovery", "--socketio-recovery", "true") }
        if listsPeers { add("peerjs_discovery", "--peerjs-discovery", "true") }
        given += access.arguments
        add("store", "--store", store)
        add("log_file", "--log-file", logFile)
        add("log_level", "--log-level", logLevel)
        return given
    }

    private func settings(_ environment: [String: String]) throws -> ServerSettings {
        var file: (text: String, path: String)?
        if let config {
            guard let text = try? String(contentsOfFile: config, encoding: .utf8) else {
                throw SettingProblem(config, "there is no such file, or it is no text")
            }
            file = (text, config)
        }
        return try ServerSettings.read(file: file, environment: environment, arguments: arguments)
    }

    /// What the options and the environment say of TURN servers: a user for all clients, or one for each.
    private func configureTURN(
        _ configuration: inout ServerConfiguration, _ settings: ServerSettings, _ environment: [String: String]
    ) throws {
        let turnURLs = settings.turnURLs
        guard !turnURLs.isEmpty else { return }
        for url in turnURLs {
            do throws(ICEServerURL.ParsingError) {
                guard try ICEServerURL(parsing: url).scheme != .stun else {
                    throw ICEServerURL.ParsingError.scheme("stun")
                }
            } catch {
                throw ValidationError("--turn-url \(url): \(error)")
            }
        }
        if let turnUser = settings.turnUser {
            guard let credential = environment["STARLING_TURN_CREDENTIAL"], !credential.isEmpty else {
                throw ValidationError("--turn-user \(turnUser): set STARLING_TURN_CREDENTIAL to its password")
            }
            configuration.iceServers.append(ICEServer(urls: turnURLs, username: turnUser, credential: credential))
        } else {
            guard let secret = environment["STARLING_TURN_SECRET"], !secret.isEmpty else {
                throw ValidationError(
                    "--turn-url: set STARLING_TURN_SECRET to what is shared with the TURN servers, or give --turn-user")
            }
            configuration.relays = RelayAccess(urls: turnURLs, secret: secret, lifetime: .seconds(settings.turnLifetime))
        }
    }

    func run() async throws {
        let server: ReferenceServer
        var log: LogFile?
        do {
            let environment = ProcessInfo.processInfo.environment
            let settings = try settings(environment)
            var configuration = settings.configuration
            try configureTURN(&configuration, settings, environment)
            configuration.conformance = conformance
            let keys = try await ServerAccess.read(settings, environment, into: &configuration)
            guard let place = StoreArgument(argument: settings.store) else {
                throw SettingProblem("store", "'\(settings.store)' must be sqlite:FILE, mongodb://… or none")
            }
            if checksSettings {
                Console.say("the settings are right")
                return
            }
            log = try LogFile.open(settings.logFile)
            let log = log.map { file in ServerLog(level: settings.logLevel, write: file.write) }
            server = try await ReferenceServer.start(
                configuration: configuration, keys: keys, store: place.open(), log: log)
        } catch let error as ValidationError {
            throw error
        } catch {
            Console.complain("starling serve: \(error)")
            throw ExitCode(ExitStatus.usage.rawValue)
        }
        let stun = server.stunURL.map { "; STUN at \($0)" } ?? ""
        Console.say(
            "serving starling.v1 at \(server.url); health at \(server.configuration.tls == nil ? "http" : "https")://\(server.boundAddress):\(server.port)/healthz\(stun); Ctrl-C stops"
        )
        let interruption = Interruption(includesTermination: true)
        while !interruption.isRequested { try? await Task.sleep(for: .milliseconds(100)) }
        await server.stop()
        log?.flush()
    }
}
