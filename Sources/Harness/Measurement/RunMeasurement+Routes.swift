internal import RTCCore
internal import RTCICE
internal import RTCPeer

extension RunMeasurement {
    /// How one bot reached another: its newest call with it that was ever connected.
    func route(receiver: Int, sender: Int) -> IceCandidatePairReport.Route? {
        let calls = record.bots[receiver].connections.filter { $0.remote == record.bots[sender].name && $0.connectedAt != nil }
        return calls.last.flatMap { $0.statistics.nominatedPair?.route }
    }

    /// Which share of the ordered pairs went which way; `nil` for those that never connected.
    func routeShare(_ route: IceCandidatePairReport.Route?, of receivers: [Int]) -> [Double] {
        let pairs = expectedPairs.filter { receivers.contains($0.receiver) }
        guard !pairs.isEmpty else { return [] }
        return [Double(pairs.count { self.route(receiver: $0.receiver, sender: $0.sender) == route }) / Double(pairs.count)]
    }
}
