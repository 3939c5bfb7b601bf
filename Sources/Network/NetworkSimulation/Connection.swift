internal import NetworkImpairment
internal import RTCCore

/// One signaling connection with its two directions.
final class Connection {
    enum Upward {
        case open(url: String)
        case text(String)
        case close(code: UInt16, reason: String)
        /// The service notices that the connection is broken.
        case broken
    }

    enum Downward {
        case opened
        case text(String)
        case closed(code: UInt16?, reason: String)
    }

    let number: Int
    let host: Host
    var up: ReliablePipe<Upward>
    var down: ReliablePipe<Downward>
    var alarm = Alarm()
    /// The machine has closed it; it says nothing more.
    var isClosedByMachine = false
    /// The service has closed it, or has been told that it is closed; it says nothing more.
    var isClosedByService = false
    /// The service knows of it.
    var isKnownToService = false
    /// When the machine gives up waiting for it to open; `nil` once it has heard of it.
    var openBy: Instant?

    init(number: Int, host: Host, delay: Duration, openBy: Instant) {
        self.number = number
        self.host = host
        self.openBy = openBy
        up = ReliablePipe(delay: delay)
        down = ReliablePipe(delay: delay)
    }
}
