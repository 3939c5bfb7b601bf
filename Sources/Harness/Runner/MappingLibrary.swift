internal import Foundation
public import Scenario
internal import SignalingClients

/// The files of targets' mappings.
public enum MappingLibrary {
    /// - Returns: The scenario with what is in the file of its target's mapping.
    /// - Throws: What is wrong with the file, each error with its line there.
    public static func load(into scenario: Scenario) throws(ScenarioErrors) -> Scenario {
        try scenario.loadingMapping { path throws(ScenarioErrors) in
            guard let data = FileManager.default.contents(atPath: path), let text = String(validating: data, as: UTF8.self)
            else {
                let message = "\(path): there is no such text file; a mapping's path is taken from where you are"
                throw ScenarioErrors(errors: [scenario.error(message, in: "target.mapping")])
            }
            return try RoomMapping.parse(text, path: path)
        }
    }
}
