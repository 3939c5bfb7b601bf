/// What the scenario says for all groups of how bots find ways to each other.
struct WaysOut {
    var iceServers: ICEServers
    var transportPolicy: TransportPolicy
    var usesTCP: Bool
}
