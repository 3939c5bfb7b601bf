internal import NetworkImpairment
internal import RTCCore

extension Simulation {
    /// The realm in which no NAT stands before an address.
    static let outside = -1

    enum Route {
        /// Of a host or of a NAT.
        case slot(Int)
        /// Nobody has that address.
        case nowhere
        case stopped
    }

    /// Follows a datagram outwards, NAT by NAT, to the first realm in which somebody has its destination.
    ///
    /// - Parameter source: The socket; comes back as the destination sees it.
    func route(from source: inout SocketAddress, to remote: SocketAddress, _ host: Host) -> Route {
        guard host.passesUDP else { return .stopped }
        let slot = AddressPlan.slot(of: remote)
        var realm = host.realm
        while true {
            if let slot, self.realm(of: slot) == realm { return .slot(slot) }
            guard realm != Self.outside else { return .nowhere }
            let number = realm
            let isHairpin = nats[number].has(remote)
            guard !isHairpin || nats[number].nat.behavior.hairpins,
                let port = nats[number].nat.outbound(from: source, to: remote, at: now)
            else { return .stopped }
            source = nats[number].address
            source.port = port
            // RFC 4787 REQ-9: what comes back has its sender's address outside.
            if isHairpin { return .slot(nats[number].slot) }
            realm = nats[number].realm
        }
    }

    /// Follows a datagram inwards through the NATs before its host.
    ///
    /// - Returns: The host's index; `nil` where a NAT stopped it.
    func enter(_ flight: inout Wires.Flight) -> Int? {
        while flight.destination >= AddressPlan.firstNAT {
            let number = flight.destination - AddressPlan.firstNAT
            let local = flight.path.local
            guard nats[number].has(local),
                let inside = nats[number].nat.inbound(to: local.port, from: flight.path.remote, at: now),
                let slot = AddressPlan.slot(of: inside), realm(of: slot) == number
            else { return nil }
            flight.path = Path(local: inside, remote: flight.path.remote)
            flight.destination = slot
        }
        return flight.destination
    }

    /// In which realm a slot's address lies; `nil` where nobody has that slot.
    private func realm(of slot: Int) -> Int? {
        if slot >= AddressPlan.firstNAT {
            let number = slot - AddressPlan.firstNAT
            return number < nats.count ? nats[number].realm : nil
        }
        return slot < hosts.count ? hosts[slot].realm : nil
    }

    /// The host that has, or had, an address.
    func owner(of address: SocketAddress) -> Host? {
        guard let slot = AddressPlan.slot(of: address), slot < hosts.count else { return nil }
        return hosts[slot]
    }

    /// A host moves to another network: its own NATs, those that nobody else stands behind, get other addresses with it.
    func changeAddress(of host: Host) {
        host.changeAddress()
        var realm = host.realm
        while realm != Self.outside, nats[realm].members == 1 {
            nats[realm].changeAddress()
            realm = nats[realm].realm
        }
    }
}
