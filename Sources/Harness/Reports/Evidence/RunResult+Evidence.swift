public import Measurement

extension RunResult {
    /// Says of each assertion that does not hold who was hit, when, what was wrong with the network then, and what to look at.
    ///
    /// - Parameter networks: What the plan gave each bot; without it only named events are known.
    public mutating func addEvidence(_ measurement: RunMeasurement, networks: [ConfiguredNetwork]) {
        let witness = Witness(result: self, measurement: measurement, networks: networks)
        for index in assertions.indices where assertions[index].status != "pass" {
            assertions[index].evidence = witness.evidence(on: assertions[index])
        }
    }
}
