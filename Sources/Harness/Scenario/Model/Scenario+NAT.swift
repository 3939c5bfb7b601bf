public import NetworkImpairment

extension Scenario {
    /// What stands between a group's bots and everybody else, in virtual time.
    public struct NAT: Sendable, Hashable {
        /// As the scenario writes it: a name, or `custom`.
        public var name: String
        /// `nil` for none.
        public var behavior: NATBehavior?
        /// A second one before it, one for the whole group (RFC 6888).
        public var carrier: NATBehavior?
        /// Whether the group's bots stand behind one, rather than each behind its own.
        public var isShared: Bool
        /// Whether any UDP gets through.
        public var passesUDP: Bool

        public init(
            _ name: String, _ behavior: NATBehavior? = nil, carrier: NATBehavior? = nil, isShared: Bool = false,
            passesUDP: Bool = true
        ) {
            self.name = name
            self.behavior = behavior
            self.carrier = carrier
            self.isShared = isShared
            self.passesUDP = passesUDP
        }

        public static let none = NAT("none")

        /// Those that have a name, in the order in which they are listed to people.
        public static let named: [NAT] = [
            none, NAT("full-cone", .fullCone), NAT("restricted", .restricted), NAT("port-restricted", .portRestricted),
            NAT("symmetric", .symmetric), NAT("cgnat", .portRestricted, carrier: .portRestricted),
            NAT("udp-blocked", passesUDP: false),
        ]

        /// Whether it lets everything through as it is.
        public var isNone: Bool { behavior == nil && carrier == nil && passesUDP }
    }
}
