import FoundationEssentials
public import NetworkImpairment

extension Scenario {
    /// Reads and checks a scenario's file.
    ///
    /// - Parameters:
    ///   - environment: What `${NAME}` stands for.
    ///   - presets: The named networks.
    ///   - presetNames: Their names, for suggestions.
    ///   - overrides: `path=value`, applied in order before anything is checked.
    /// - Throws: Everything that is wrong with it.
    public static func load(
        path: String, environment: [String: String], presets: @escaping (String) -> NetworkProfile?, presetNames: [String] = [],
        overrides: [String] = []
    ) throws(ScenarioErrors) -> Scenario {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ScenarioErrors(file: path, "there is no readable file of this name")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw ScenarioErrors(file: path, "the file is not UTF-8 text; save it as UTF-8")
        }
        return try parse(
            text, path: path, environment: environment, presets: presets, presetNames: presetNames, overrides: overrides)
    }

    /// Reads and checks the text of a scenario.
    ///
    /// - Parameter path: What messages call the file; its last part without the extension names the scenario.
    public static func parse(
        _ text: String, path: String, environment: [String: String], presets: @escaping (String) -> NetworkProfile?,
        presetNames: [String] = [], overrides: [String] = []
    ) throws(ScenarioErrors) -> Scenario {
        var decoder = ScenarioDecoder(file: path, presets: presets, presetNames: presetNames)
        var root: DocumentNode
        do {
            root = try DocumentNode.parse(text)
        } catch {
            decoder.diagnostics.report(error.message, at: error.location)
            throw decoder.diagnostics.sorted
        }
        for override in overrides {
            decoder.diagnostics.secrets += AddressSecrets.find(in: override)
            do {
                try root.set(override)
            } catch {
                decoder.diagnostics.report(error.message, at: error.location)
            }
        }
        root.substitute(environment, into: &decoder.diagnostics)
        let scenario = decoder.scenario(root, name: stem(of: path), path: path)
        guard let scenario, decoder.diagnostics.errors.isEmpty else { throw decoder.diagnostics.sorted }
        return scenario
    }

    private static func stem(of path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        guard let dot = file.lastIndex(of: "."), dot > file.startIndex else { return file }
        return String(file[..<dot])
    }
}

extension ScenarioErrors {
    fileprivate init(file: String, _ message: String) {
        self.init(errors: [ScenarioError(file: file, location: .file, field: "", message: message)])
    }
}
