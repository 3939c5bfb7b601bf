public import SignalingClients

extension RoomMapping {
    /// Reads and checks the text of a mapping.
    ///
    /// - Parameter path: What messages call the file.
    /// - Throws: Everything that is wrong with it, each with its line.
    public static func parse(_ text: String, path: String) throws(ScenarioErrors) -> RoomMapping {
        var decoder = ScenarioDecoder(file: path, presets: { _ in nil }, presetNames: [])
        let root: DocumentNode
        do {
            root = try DocumentNode.parse(text)
        } catch {
            decoder.diagnostics.report(error.message, at: error.location)
            throw decoder.diagnostics.sorted
        }
        let mapping = decoder.mapping(root)
        guard let mapping, decoder.diagnostics.errors.isEmpty else { throw decoder.diagnostics.sorted }
        return mapping
    }
}
