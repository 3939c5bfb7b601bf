import Foundation
import HandmadeRecords
import Measurement
import RTCCore
import RTCPeer
import Reports
import Testing

@Suite("stats.ndjson")
struct StatsLogTests {
    private struct Line {
        var peer: String
        var timestamp: Double
        var report: [String: Any]
        var id: String { report["id"] as? String ?? "" }
    }

    /// Two samples of a connection of `callers[1]`, a second apart.
    private func record(seconds: [Double] = [1, 2]) -> RunRecord {
        var record = HandmadeCall().record
        for index in record.bots[1].connections.indices {
            let statistics = record.bots[1].connections[index].statistics
            record.bots[1].connections[index].samples = seconds.map { second in
                var snapshot = statistics
                snapshot.at = .seconds(second)
                snapshot.localCertificate = CertificateFacts(
                    fingerprint: "AB", fingerprintAlgorithm: "sha-256", base64Certificate: "a\"b")
                return ConnectionSample(at: .seconds(second), tracks: [], roundTripTime: nil, statistics: snapshot)
            }
        }
        return record
    }

    private func lines(_ record: RunRecord) throws -> [Line] {
        try StatsLog.encode(record).split(separator: 10).map { bytes in
            let array = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [Any])
            #expect(array.count == 3)
            return Line(
                peer: try #require(array[0] as? String), timestamp: try #require(array[1] as? Double),
                report: try #require(array[2] as? [String: Any]))
        }
    }

    @Test("each line is a peer, a timestamp in milliseconds since 1970, and one report")
    func shape() throws {
        let lines = try lines(record())
        #expect(lines.allSatisfy { $0.peer == "callers[1]/callers[0]" })
        #expect(lines.filter { $0.id == "transport" }.map(\.timestamp) == [1_767_225_601_000, 1_767_225_602_000])
        #expect(lines.allSatisfy { $0.report["timestamp"] as? Double == $0.timestamp })
        #expect(Set(lines.map(\.id)).isSuperset(of: ["peer-connection", "transport", "certificate-local"]))
    }

    @Test("what never changes is written when it is new")
    func once() throws {
        let lines = try lines(record(seconds: [1, 2, 3]))
        #expect(lines.count { $0.id == "certificate-local" } == 1)
        #expect(lines.count { $0.id == "transport" } == 3)
        #expect(lines.first { $0.id == "certificate-local" }?.report["base64Certificate"] as? String == "a\"b")
    }

    @Test("the second connection of a pair has a name of its own, and lines are in the order of time")
    func connections() throws {
        var record = record()
        record.bots[1].connections.append(record.bots[1].connections[0])
        let lines = try lines(record)
        #expect(Set(lines.map(\.peer)) == ["callers[1]/callers[0]", "callers[1]/callers[0]#2"])
        #expect(zip(lines, lines.dropFirst()).allSatisfy { $0.timestamp <= $1.timestamp })
    }

    @Test("a long run of many is thinned out evenly, and each connection's last second stays")
    func thinned() throws {
        let record = record(seconds: (1...25).map(Double.init))
        let lines = StatsLog.encode(record, most: 10).split(separator: 10).filter {
            String(decoding: $0, as: UTF8.self).contains("\"id\":\"transport\"")
        }.map { String(decoding: $0, as: UTF8.self) }
        let seconds = [1, 4, 7, 10, 13, 16, 19, 22, 25]
        #expect(lines.count == seconds.count)
        for (line, second) in zip(lines, seconds) { #expect(line.contains(",\(1_767_225_600_000 + second * 1000).0,")) }
        let uneven = self.record(seconds: (1...26).map(Double.init))
        #expect(String(decoding: StatsLog.encode(uneven, most: 10), as: UTF8.self).contains("1767225626000.0"))
    }

    @Test("in result.json the reports are objects by id, and are read again as they were written")
    func result() throws {
        var report = StatsReport(.transport, id: "transport", timestamp: 1.5)
        report.append(.text("x"), named: "iceState")
        report.append(.flag(true), named: "active")
        report.append(.integer(-3), named: "packetsLost")
        report.append(.number(0.25), named: "jitter")
        report.append(.record([.init("cpu", 0.5), .init("none", 2.5)]), named: "qualityLimitationDurations")
        let bytes = try JSONEncoder().encode(StatsObject(report))
        let again = try JSONDecoder().decode(StatsObject.self, from: bytes).report
        #expect(again.id == report.id && again.timestamp == 1.5 && again.type == .transport)
        #expect(again.members.count == 5)
        for member in report.members { #expect(again[member.name] == member.value, "\(member.name)") }
    }
}
