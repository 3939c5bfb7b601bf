internal import NetworkImpairment
internal import RTCCore

/// One byte stream between two machines: reliable and in order, held up by a blackout of either.
final class ByteStream {
    enum Message {
        case open
        case opened
        case bytes([UInt8])
        case closed(reason: String)
    }

    /// One of the two ends.
    struct End {
        let host: Host
        /// What the machine there calls the stream.
        let token: UInt64
        /// It has heard that the stream is over, or has closed it.
        var isOver = false
    }

    let number: Int
    let local: SocketAddress
    let remote: SocketAddress
    var client: End
    /// `nil` until the far host has taken the stream.
    var server: End?
    var up: ReliablePipe<Message>
    var down: ReliablePipe<Message>
    var alarm = Alarm()
    /// When the client gives up waiting for it to open; `nil` once it has.
    var openBy: Instant?

    init(
        number: Int, client: Host, token: UInt64, local: SocketAddress, remote: SocketAddress, delay: Duration, openBy: Instant
    ) {
        self.number = number
        self.local = local
        self.remote = remote
        self.client = End(host: client, token: token)
        self.openBy = openBy
        up = ReliablePipe(delay: delay)
        down = ReliablePipe(delay: delay)
    }

    var isOver: Bool { client.isOver && (server?.isOver ?? true) }
}
