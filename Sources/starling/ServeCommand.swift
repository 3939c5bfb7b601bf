import ArgumentParser
import Measurement
import ServerFronts

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "serve", abstract: "Run the reference signaling server.")

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 takes a free one.")
    var port = 8080

    @Option(help: "The UDP port to serve STUN on, which clients are then told; 0 takes a free one. Without it there is no STUN.")
    var stunPort: Int?

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

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port \(port): a port lies between 0 and 65535") }
        if let stunPort, !(0...65_535).contains(stunPort) {
            throw ValidationError("--stun-port \(stunPort): a port lies between 0 and 65535")
        }
    }

    func run() async throws {
        let server: ReferenceServer
        do {
            var configuration = ServerConfiguration(host: host, port: port, trustLoopback: trustsLoopback)
            configuration.stunPort = stunPort
            configuration.allowedOrigins = allowedOrigins
            configuration.socketIO.recovers = recoversSockets
            configuration.peerJS.allowsDiscovery = listsPeers
            configuration.conformance = conformance
            server = try await ReferenceServer.start(configuration: configuration)
        } catch {
            Console.complain("starling serve: \(error)")
            throw ExitCode(ExitStatus.usage.rawValue)
        }
        let stun = server.stunURL.map { "; STUN at \($0)" } ?? ""
        Console.say(
            "serving starling.v1 at \(server.url); health at http://\(server.boundAddress):\(server.port)/healthz\(stun); Ctrl-C stops"
        )
        let interruption = Interruption()
        while !interruption.isRequested { try? await Task.sleep(for: .milliseconds(100)) }
        await server.stop()
    }
}
