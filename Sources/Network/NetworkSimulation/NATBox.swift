internal import RTCCore

/// A NAT with its place in the network.
struct NATBox {
    var nat: NAT
    let slot: Int
    /// Where its address outside lies: ``Simulation/outside``, or the number of the NAT behind which it stands.
    let realm: Int
    /// As the realm outside sees it; its port is zero.
    private(set) var address: SocketAddress
    private var changes = 0
    /// Hosts and NATs right behind it.
    var members = 0

    init(_ nat: NAT, slot: Int, realm: Int) {
        self.nat = nat
        self.slot = slot
        self.realm = realm
        address = AddressPlan.address(of: slot, changes: 0, isPublic: realm == Simulation.outside)
    }

    func has(_ address: SocketAddress) -> Bool {
        address.low == self.address.low && address.family == .ipv4
    }

    mutating func changeAddress() {
        changes += 1
        address = AddressPlan.address(of: slot, changes: changes, isPublic: realm == Simulation.outside)
        nat.forget()
    }
}
