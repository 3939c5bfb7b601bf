import NIOCore
import Operations
import RTCCore
import SignalingProtocol

/// Looks at the rules each second, and tells the webhook. Only the event loop touches it.
final class AlertDesk {
    private let settings: AlertSettings
    private let eventLoop: any EventLoop
    private let now: () -> Instant
    private let unixMilliseconds: () -> Int64
    private let metrics: () -> ServerMetrics
    private let log: (LogLine) -> Void
    private var watch: AlertWatch
    private var values = AlertValues()
    private(set) var webhook = Webhook()
    private var task: RepeatedTask?

    init(
        _ settings: AlertSettings, eventLoop: any EventLoop, now: @escaping () -> Instant,
        unixMilliseconds: @escaping () -> Int64, metrics: @escaping () -> ServerMetrics, log: @escaping (LogLine) -> Void
    ) {
        self.settings = settings
        self.eventLoop = eventLoop
        self.now = now
        self.unixMilliseconds = unixMilliseconds
        self.metrics = metrics
        self.log = log
        watch = AlertWatch(settings.rules)
    }

    var firing: [String] { watch.firing }

    func begin() {
        guard !settings.rules.isEmpty else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let interval = TimeAmount.nanoseconds(settings.interval.inNanoseconds)
        task = eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in bound.value.look() }
    }

    func end() {
        task?.cancel()
    }

    private func look() {
        let now = now()
        values.add(metrics(), at: now)
        for alert in watch.look(at: now, { values.value($0) }) {
            let fields = fields(of: alert)
            log(LogLine(alert.change == .fired ? .warning : .info, "alert_\(alert.change)", fields))
            guard settings.webhook != nil else { continue }
            var message = fields
            message["at"] = .integer(unixMilliseconds())
            message["change"] = .string("\(alert.change)")
            webhook.add(JSON.object(message).text)
        }
        deliver()
    }

    private func fields(of alert: AlertWatch.Alert) -> JSONObject {
        [
            "alert": .string(alert.rule.name), "bound": .number(alert.rule.bound),
            "comparison": .string(alert.rule.comparison.rawValue), "metric": .string(alert.rule.metric),
            "severity": .string(alert.rule.severity.rawValue), "value": alert.value.map { .number($0) } ?? .null,
        ]
    }

    private func deliver() {
        guard let target = settings.webhook, let message = webhook.next(now: now()) else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let promise = eventLoop.makePromise(of: Int.self)
        promise.completeWithTask {
            try await HTTPPost.send(message, host: target.host, port: target.port, path: target.path)
        }
        promise.futureResult.whenComplete { result in bound.value.delivered(result) }
    }

    private func delivered(_ result: Result<Int, any Error>) {
        if case .success(200..<300) = result {
            webhook.succeeded()
        } else {
            let reason: String
            switch result {
            case .success(let status): reason = "HTTP \(status)"
            case .failure(let error): reason = "\(error)"
            }
            log(LogLine(.warning, "webhook_failed", ["reason": .string(reason)]))
            webhook.failed(now: now())
        }
        deliver()
    }
}
