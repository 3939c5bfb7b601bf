import ArgumentParser
import Foundation
import Measurement
import RTCCore
import ServerFronts
import SignalingProtocol

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "serve", abstract: "Run the reference signaling server.")

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 takes a free one.")
    var port = 8080

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
    var turnLifetime = 3600

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

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port \(port): a port lies between 0 and 65535") }
        if let stunPort, !(0...65_535).contains(stunPort) {
            throw ValidationError("--stun-port \(stunPort): a port lies between 0 and 65535")
        }
    }

    /// What the options and the environment say of TURN servers: a user for all clients, or one for each.
    private func configureTURN(_ configuration: inout ServerConfiguration, _ environment: [String: String]) throws {
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
        if let turnUser {
            guard let credential = environment["STARLING_TURN_CREDENTIAL"], !credential.isEmpty else {
                throw ValidationError("--turn-user \(turnUser): set STARLING_TURN_CREDENTIAL to its password")
            }
            configuration.iceServers.append(ICEServer(urls: turnURLs, username: turnUser, credential: credential))
        } else {
            guard let secret = environment["STARLING_TURN_SECRET"], !secret.isEmpty else {
                throw ValidationError(
                    "--turn-url: set STARLING_TURN_SECRET to what is shared with the TURN servers, or give --turn-user")
            }
            guard (60...86_400).contains(turnLifetime) else {
                throw ValidationError("--turn-ttl \(turnLifetime): it lies between 60 and 86400 seconds")
            }
            configuration.relays = RelayAccess(urls: turnURLs, secret: secret, lifetime: .seconds(turnLifetime))
        }
    }

    func run() async throws {
        let server: ReferenceServer
        do {
            var configuration = ServerConfiguration(host: host, port: port, trustLoopback: trustsLoopback)
            configuration.stunPort = stunPort
            try configureTURN(&configuration, ProcessInfo.processInfo.environment)
            configuration.allowedOrigins = allowedOrigins
            configuration.socketIO.recovers = recoversSockets
            configuration.peerJS.allowsDiscovery = listsPeers
            configuration.conformance = conformance
            let keys = try await access.apply(to: &configuration, ProcessInfo.processInfo.environment)
            server = try await ReferenceServer.start(configuration: configuration, keys: keys)
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
        let interruption = Interruption()
        while !interruption.isRequested { try? await Task.sleep(for: .milliseconds(100)) }
        await server.stop()
    }
}
