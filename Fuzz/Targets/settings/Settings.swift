import FuzzSupport
import Operations
import RTCCore
import RoomCore
import ServerFronts
import ServerSettings

/// A server's settings, from a file and the environment, with its rules for alerts, which then watch wild values.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var input = FuzzInput(UnsafeRawBufferPointer(start: start, count: size))
    var environment: [String: String] = [:]
    for _ in 0..<input.below(4) {
        environment[SettingKey.all[input.below(SettingKey.all.count)].environment] = input.text()
    }
    let yaml = input.text()
    do {
        let settings = try ServerSettings.read(file: (yaml, "a.yaml"), environment: environment, arguments: [])
        check(settings)
        watch(settings.configuration.alerts.rules, &input)
    } catch {
        promise(!error.problems.isEmpty, "a refusal says why")
        for problem in error.problems {
            promise(problem.description.count < 4096, "a reason is short: \(problem)")
            promise(!problem.description.contains(where: \.isNewline), "a reason is one line: \(problem)")
            promise(
                problem.place.hasPrefix("a.yaml") || environment[problem.place] != nil, "it says where that stands: \(problem)")
        }
    }
    return 0
}

private func check(_ settings: ServerSettings) {
    let configuration = settings.configuration
    func within<Value: Comparable>(_ value: Value, _ range: ClosedRange<Value>, _ name: String) {
        promise(range.contains(value), "\(name) is within its bounds: \(value)")
    }
    within(configuration.port, 0...65_535, "port")
    within(configuration.stunPort ?? 0, 0...65_535, "stun_port")
    within(configuration.roomLimits.capacity, 2...1000, "room_capacity")
    within(configuration.roomLimits.meshCapacity, 2...1000, "mesh_capacity")
    within(configuration.roomTiming.disconnectGrace, .zero ... .seconds(300), "grace_seconds")
    within(configuration.timing.drain, .zero ... .seconds(300), "drain_seconds")
    within(configuration.limits.socketsPerAddress, 1...1_000_000, "sockets_per_address")
    within(configuration.storeTiming.retention ?? .seconds(1), .seconds(1) ... .seconds(36_500 * 86_400), "retention_days")
    within(settings.turnLifetime, 60...86_400, "turn_ttl")
    promise(!configuration.host.isEmpty, "a host has a name")
    promise(configuration.allowedOrigins.allSatisfy { $0.hasPrefix("http") }, "origins are of the web")
    if let target = configuration.alerts.webhook {
        within(target.port, 1...65_535, "the webhook's port")
        promise(!target.host.isEmpty && target.path.hasPrefix("/"), "a webhook is a host and a path")
        promise(
            (target.host + target.path).utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "a webhook cannot end a request's line")
    }
    let rules = configuration.alerts.rules
    promise(Set(rules.map(\.name)).count == rules.count, "no two rules have one name")
    for rule in rules {
        promise(AlertValues.names.contains { $0.name == rule.metric }, "a rule is about a metric that there is")
        promise(rule.bound.isFinite, "a bound is a number")
        within(rule.duration, .zero ... .seconds(86_400), "for")
    }
}

/// Alerts fire and clear in turn.
private func watch(_ rules: [AlertRule], _ input: inout FuzzInput) {
    var watch = AlertWatch(rules)
    var isFiring: Set<String> = []
    var now = Instant.origin
    while !input.isEmpty {
        now = now + .milliseconds(Int64(input.below(60_000)))
        let value: Double? = [nil, 0, 1, -1, .infinity, .nan, 1e300, 50][input.below(8)]
        for alert in watch.look(at: now, { _ in value }) {
            let isNew =
                alert.change == .fired ? isFiring.insert(alert.rule.name).inserted : isFiring.remove(alert.rule.name) != nil
            promise(isNew, "an alert fires once until it clears")
        }
        promise(Set(watch.firing) == isFiring, "what fires is what has fired")
    }
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    let watched: [UInt8] = [0, 0, 1, 7, 117, 48, 7, 117, 48, 7, 0, 1, 1, 117, 48, 1, 117, 48, 1]
    let variables = [2, 1] + Array("8080\u{0}".utf8) + [4] + Array("https://a.example, https://b.example\u{0}".utf8)
    FuzzSeeds.writeIfAsked(
        [[0] + Array(whole.utf8) + watched, variables + Array(whole.utf8), [0] + Array("port: 80\n".utf8)],
        words: SettingKey.all.map { $0.name + ": " } + words)
    return 0
}

private let whole = """
    host: 0.0.0.0
    port: 8443
    stun_port: 3478
    trust_loopback: true
    allow_origins: [https://a.example, "https://*.b.example"]
    turn_urls: ["turn:192.0.2.1"]
    turn_user: u
    room_capacity: 20
    grace_seconds: 10
    store: sqlite:x.db
    retention_days: 7
    log_level: info
    alerts_webhook: http://192.0.2.1:9000/hook?a=b
    alerts:
      - { name: busy, metric: rooms, above: 10, for: 30s, severity: critical }
      - { metric: call_health, below: 40.5, for: 1m }
    """

private let words = [
    "alerts:\n", "- { ", "name: ", "metric: ", "above: ", "below: ", "for: ", "severity: ", "warning", "critical", "ms", "5m",
    "1h",
    "&a ", "*a", "<<: ", "!!binary ", "|\n", ">\n", "? ", "---", "\\n", "nan", "inf", "0x1p9", "-0", "sqlite:", "http://[::1]:1/",
]
