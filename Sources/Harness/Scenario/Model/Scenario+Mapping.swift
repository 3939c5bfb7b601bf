public import SignalingClients

extension Scenario {
    /// This scenario with the file of its target's mapping read.
    ///
    /// - Parameter load: Reads the file of a path.
    /// - Throws: What is wrong with the file, or that it is for another protocol than the target's.
    public func loadingMapping(_ load: (String) throws(ScenarioErrors) -> RoomMapping) throws(ScenarioErrors) -> Scenario {
        guard var file = target.mapping, file.rooms == nil else { return self }
        let rooms = try load(file.path)
        guard rooms.transport.rawValue == target.signalingProtocol.rawValue else {
            let message =
                "\(file.path) maps a service of 'protocol: \(rooms.transport.rawValue)': write that, or name another file"
            throw ScenarioErrors(errors: [error(message, in: "target.mapping")])
        }
        file.rooms = rooms
        var target = target
        target.mapping = file
        return Scenario(
            title: title, name: name, path: path, seed: seed, tags: tags, target: target, iceAuthorities: iceAuthorities,
            duration: duration, groups: groups, timeline: timeline, assertions: assertions,
            assertionLocations: assertionLocations, secrets: secrets, places: places)
    }
}
