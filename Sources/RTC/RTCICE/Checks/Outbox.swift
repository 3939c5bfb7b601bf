internal import RTCCore
internal import RTCWire

/// What is to be written into the next batch: values, so that waiting costs no bytes.
struct Outbox {
    struct Request {
        let id: STUNTransactionID
        let path: Path
        let generation: UInt32
        let role: IceRole
        let tieBreaker: UInt64
        let priority: UInt32
        let usesCandidate: Bool
    }

    struct Response {
        let id: STUNTransactionID
        let path: Path
        /// `nil` for a response that cannot be authenticated, because its request was not.
        let generation: UInt32?
        /// `nil` for success.
        let error: STUNErrorCode?
        var unknown = STUNUnknownAttributes()
    }

    /// Asks a STUN server for an address; carries no credentials.
    struct Query {
        let id: STUNTransactionID
        let path: Path
    }

    enum Item {
        case request(Request)
        case response(Response)
        case query(Query)

        var path: Path {
            switch self {
            case .request(let request): request.path
            case .response(let response): response.path
            case .query(let query): query.path
            }
        }
    }

    /// Items that may wait; a driver drains after each call, so that no more than a few ever do.
    static let limit = 512

    private var items: [Item] = []
    private var head = 0

    /// `false` where it is full.
    mutating func append(_ item: Item) -> Bool {
        guard items.count - head < Self.limit else { return false }
        items.append(item)
        return true
    }

    var first: Item? {
        head < items.count ? items[head] : nil
    }

    mutating func removeFirst() {
        head += 1
        if head == items.count { removeAll() }
    }

    /// Takes out what would leave from a socket that is closed.
    mutating func removeAll(from base: SocketAddress) {
        items.removeSubrange(..<head)
        head = 0
        items.removeAll { $0.path.local == base }
    }

    /// Takes out what would leave over a connection that is closed.
    mutating func removeAll(on path: Path) {
        items.removeSubrange(..<head)
        head = 0
        items.removeAll { $0.path == path }
    }

    mutating func removeAll() {
        items.removeAll(keepingCapacity: true)
        head = 0
    }
}
