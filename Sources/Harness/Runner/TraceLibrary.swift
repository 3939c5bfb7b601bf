internal import Foundation
internal import NetworkImpairment
public import Scenario

/// The trace files of scenarios' networks, each read once.
public struct TraceLibrary: Sendable {
    private var traces: [String: Result<NetworkTrace, TraceError>] = [:]

    public init() {}

    /// - Returns: The scenario with what is in the files of its traces.
    /// - Throws: What is wrong with each, and where the scenario names it.
    public mutating func load(into scenario: Scenario) throws(ScenarioErrors) -> Scenario {
        var known = traces
        defer { traces = known }
        return try scenario.loadingTraces { path throws(TraceError) in
            if let trace = known[path] { return try trace.get() }
            let result = Self.read(path)
            known[path] = result
            return try result.get()
        }
    }

    private static func read(_ path: String) -> Result<NetworkTrace, TraceError> {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let size = attributes?[.size] as? Int else {
            return .failure(TraceError(path: path, message: "there is no such file; a trace's path is taken from where you are"))
        }
        guard size <= NetworkTrace.Limits.fileSize else {
            return .failure(
                TraceError(
                    path: path, message: "the file is longer than \(NetworkTrace.Limits.fileSize >> 20) MiB; cut the trace"))
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            return .failure(TraceError(path: path, message: "the file cannot be read"))
        }
        do throws(TraceError) {
            return .success(try NetworkTrace.parse([UInt8](data), path: path))
        } catch {
            return .failure(error)
        }
    }
}
