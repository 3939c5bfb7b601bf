/// How one participant's call with one other went, as its client tells it.
public struct CallReport: Hashable, Sendable {
    /// Calls in one message, and tracks of one call.
    public static let most = 64

    public enum Outcome: String, Hashable, Sendable, CaseIterable {
        /// Media could flow.
        case connected
        /// It never could.
        case failed
    }

    /// The other participant, or what stands for it.
    public var remote: String
    public var outcome: Outcome
    /// Seconds from connected to the end; 0 where it never was.
    public var duration: Double
    /// Seconds from its beginning to connected.
    public var setup: Double?
    public var tracks: [CallTrack]

    public init(remote: String, outcome: Outcome, duration: Double, setup: Double? = nil, tracks: [CallTrack]) {
        self.remote = remote
        self.outcome = outcome
        self.duration = duration
        self.setup = setup
        self.tracks = tracks
    }

    // MARK: - In all

    /// Seconds, the mean of the tracks that know it.
    public var roundTripTime: Double? { mean(tracks.compactMap(\.roundTripTime)) }

    /// Seconds, the mean of the tracks received.
    public var jitter: Double? { mean(tracks.compactMap(\.jitter)) }

    /// Of the packets that should have come, 0 to 1; `nil` where none should have.
    public var loss: Double? {
        let received = tracks.reduce(0) { $0 + Double($1.packetsReceived ?? 0) }
        let lost = tracks.reduce(0) { $0 + Double(max(0, $1.packetsLost ?? 0)) }
        return received + lost > 0 ? lost / (received + lost) : nil
    }

    /// Of the duration, the time in which a picture stood still, 0 to 1: that of the worst track. `nil` without pictures.
    public var freezeRatio: Double? {
        guard duration > 0, let longest = tracks.compactMap(\.totalFreezesDuration).max() else { return nil }
        return min(1, longest / duration)
    }

    /// ``CallHealth``; 0 for a call that never was one.
    public var health: Double {
        guard outcome == .connected else { return 0 }
        return CallHealth.score(
            roundTrip: roundTripTime ?? 0, jitter: jitter ?? 0, loss: loss ?? 0, freezeRatio: freezeRatio ?? 0)
    }

    private func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    // MARK: - As JSON

    /// The body of `POST /v1/stats/calls/{participant}`.
    public static func text(_ calls: [CallReport]) -> String {
        JSON.object(["calls": .array(calls.map(\.json))]).text
    }

    /// Reads such a body. The error's request is 0.
    public static func parse(_ text: String) throws(FrameError) -> [CallReport] {
        let json: JSON
        do {
            json = try JSONParser.parse(text)
        } catch {
            throw FrameError(code: .badJSON, requestID: 0, message: "the body is no JSON: \(error)")
        }
        let reader = FieldReader(json, id: 0)
        guard let calls = try reader.values("calls") else { throw reader.failure("'calls' is missing") }
        return try read(calls, reader)
    }

    static func read(_ calls: [JSON], _ reader: FieldReader) throws(FrameError) -> [CallReport] {
        guard calls.count <= most else { throw reader.failure("'calls' must be an array of at most \(most) calls") }
        var reports: [CallReport] = []
        for call in calls { reports.append(try CallReport(FieldReader(call, id: reader.id))) }
        return reports
    }

    var json: JSON {
        var object: JSONObject = [
            "remote": .string(remote), "outcome": .string(outcome.rawValue), "duration": .number(duration),
            "tracks": .array(tracks.map(\.json)),
        ]
        object["setup"] = setup.map { .number($0) }
        return .object(object)
    }

    private init(_ reader: FieldReader) throws(FrameError) {
        try reader.checkIsObject()
        remote = try reader.text("remote", bytes: 1...128)
        guard let outcome = try reader.choice("outcome", Outcome.self) else { throw reader.failure("'outcome' is missing") }
        self.outcome = outcome
        duration = try reader.optionalNumber("duration", in: 0...1e9) ?? 0
        setup = try reader.optionalNumber("setup", in: 0...1e9)
        let list = try reader.values("tracks") ?? []
        guard list.count <= Self.most else {
            throw reader.failure("'tracks' must be an array of at most \(Self.most) tracks")
        }
        self.tracks = []
        for track in list {
            let reader = FieldReader(track, id: reader.id)
            try reader.checkIsObject()
            self.tracks.append(try CallTrack(reader))
        }
    }
}
