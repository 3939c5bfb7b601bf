internal import RTCCrypto

/// The credentials between two ICE restarts (RFC 8445 §9), and what is made from them once.
struct Generation {
    let id: UInt32
    let local: IceCredentials
    let localUfrag: [UInt8]
    let localKey: IntegrityKey
    private(set) var remote: IceCredentials?
    private(set) var remoteUfrag: [UInt8] = []
    private(set) var remoteKey: IntegrityKey?
    /// USERNAME of our requests: their user fragment, a colon, ours.
    private(set) var username: [UInt8] = []

    init(id: UInt32, local: IceCredentials) {
        self.id = id
        self.local = local
        localUfrag = Array(local.ufrag.utf8)
        localKey = IntegrityKey(local.password)
    }

    mutating func setRemote(_ credentials: IceCredentials) {
        remote = credentials
        remoteKey = IntegrityKey(credentials.password)
        remoteUfrag = Array(credentials.ufrag.utf8)
        username = remoteUfrag + [0x3A] + localUfrag
    }
}
