internal import Measurement
internal import NetworkDriver
internal import Reports
internal import ServerFronts
internal import SignalingProtocol

/// Tells the signaling server how the calls of a run went, each bot for itself.
struct CallPost {
    /// Calls that the server has taken.
    var taken = 0
    /// Calls that it has not, and why the last of them was not.
    var refused = 0
    var reason: String?

    /// - Parameters:
    ///   - url: Of the server's WebSocket.
    ///   - authorities: A PEM file with the certificates by which the server is trusted, where it speaks TLS; `nil` for the system's.
    ///   - bearer: The token that a bot shows, by its name; `nil` for none.
    init(_ record: RunRecord, to url: String, authorities: String?, bearer: (String) -> String?) async {
        var calls: [(participant: String, bot: String, reports: [CallReport])] = []
        var places: [String: Int] = [:]
        for row in RunResult.peers(record) {
            guard let participant = row.participant, let report = row.report else { continue }
            if let place = places[participant], calls[place].reports.count < CallReport.most {
                calls[place].reports.append(report)
            } else {
                places[participant] = calls.count
                calls.append((participant, row.bot, [report]))
            }
        }
        guard let target = try? SignalingURL(url) else { return }
        var trust: TLSAuthorities?
        if target.isSecure {
            do throws(TLSAuthorities.Failure) {
                trust = try TLSAuthorities(file: authorities)
            } catch {
                refused = calls.reduce(0) { $0 + $1.reports.count }
                reason = error.reason
                return
            }
        }
        for (participant, bot, reports) in calls {
            do throws(HTTPPost.Failure) {
                let status = try await HTTPPost.send(
                    CallReport.text(reports), host: target.host, port: Int(target.port), path: "/v1/stats/calls/\(participant)",
                    bearer: bearer(bot), trust: trust)
                if status == 202 {
                    taken += reports.count
                } else {
                    refused += reports.count
                    reason = "HTTP \(status)"
                }
            } catch {
                refused += reports.count
                reason = error.description
            }
        }
    }
}
