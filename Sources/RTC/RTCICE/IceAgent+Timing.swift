extension IceAgent {
    /// Intervals and limits, each with its source.
    public struct Timing: Hashable, Sendable {
        /// Ta, between new transactions (RFC 8445 §14.2).
        public var pace: Duration = .milliseconds(50)
        /// Ordinary checks that may leave together when none left lately; the rest is paced.
        public var burst = 3
        /// The same for checks that answer one of the other side's, and for nominations, which should not wait behind the others.
        public var triggeredBurst = 6
        /// The first RTO, doubling with each repetition (RFC 8445 §14.3, RFC 8489 §6.2.1).
        public var retransmission: Duration = .milliseconds(500)
        /// Rc: how often a request is sent (RFC 8489 §6.2.1).
        public var transmissions = 7
        /// Rm: how many first RTOs to wait after the last one (RFC 8489 §6.2.1).
        public var lastWait = 16
        /// A nomination is repeated at least so often: its pair works, and while its answer is lost the other side is connected and this
        /// one is not, which doubling would let go on for many seconds; our own choice.
        public var nominationInterval: Duration = .seconds(1)
        /// How often a nomination is sent: over as long a time as ``transmissions`` of another check.
        public var nominationTransmissions = 32
        /// How long the first valid pair waits for a better one that is still being checked; our own choice (RFC 8445 §8.1.1 leaves it open).
        public var nominationPatience: Duration = .milliseconds(100)
        /// How often a controlled agent shows that its pairs work while nothing is nominated; our own choice.
        public var validPairInterval: Duration = .seconds(1)
        /// How long one that is refused with 487 may go on claiming this side's role before it is given it: longer than its next check
        /// takes to show that it has given way; our own choice.
        public var roleConflictPatience: Duration = .milliseconds(500)
        /// Mean time between consent requests, each drawn from ±20 % (RFC 7675 §5.1).
        public var consentInterval: Duration = .seconds(5)
        /// Silence after which sending must stop (RFC 7675 §5.1).
        public var consentExpiry: Duration = .seconds(30)
        /// Time without any sign of life until ``IceConnectionState/disconnected``; what browsers do.
        public var silence: Duration = .seconds(5)
        /// Between consent requests that were not answered; our own choice.
        public var probeInterval: Duration = .milliseconds(300)
        /// Between consent requests while disconnected, so that the end of an outage is seen soon; our own choice.
        public var silentInterval: Duration = .seconds(1)
        /// How long an agent waits at least before it fails: it may yet hear from the other side (RFC 8863 §4).
        public var failure: Duration = .milliseconds(39_500)
        /// How often a server-reflexive address is asked for again until a pair is nominated (RFC 8445 §5.1.1.4, Tr of §11).
        public var queryRefresh: Duration = .seconds(15)
        /// Silence on a relayed path after which the TURN server is asked whether it lives; our own choice.
        public var relaySilence: Duration = .seconds(2)
        /// How long to wait after every TURN server has failed in turn, where one has served before; our own choice.
        public var relayRetry: Duration = .seconds(2)
        /// How often a connection is begun for one pair, and how long after the end of one the next is; our own choice.
        public var streamAttempts = 3
        public var streamRetry: Duration = .seconds(1)
        /// Connections at a time, and TCP candidates that are taken: whoever names them decides where we connect to.
        public var streamLimit = 8
        public var streamCandidateLimit = 16
        /// TURN servers that are asked, one after the other.
        public var turnServerLimit = 8
        /// STUN servers that are asked.
        public var stunServerLimit = 8
        /// Queries, one for each base and server.
        public var queryLimit = 32
        /// Pairs in the checklist (RFC 8445 §6.1.2.5).
        public var pairLimit = 100
        /// Remote candidates that are taken; as many again may be learned from checks.
        public var remoteCandidateLimit = 100
        /// Checks kept until the other side's credentials come.
        public var earlyCheckLimit = 32

        public init() {}
    }
}
