/// The master keys and salts of both directions, ordered by what this side sends and receives.
public struct SRTPKeys: Hashable, Sendable {
    public let profile: SRTPProfile
    public let localKey: [UInt8]
    public let localSalt: [UInt8]
    public let remoteKey: [UInt8]
    public let remoteSalt: [UInt8]

    public init(profile: SRTPProfile, localKey: [UInt8], localSalt: [UInt8], remoteKey: [UInt8], remoteSalt: [UInt8]) {
        self.profile = profile
        self.localKey = localKey
        self.localSalt = localSalt
        self.remoteKey = remoteKey
        self.remoteSalt = remoteSalt
    }

    /// Splits what the exporter gave: client key, server key, client salt, server salt (RFC 5764 §4.2).
    ///
    /// - Parameter material: ``materialSize(of:)`` bytes; `nil` for any other number.
    public init?(profile: SRTPProfile, material: [UInt8], isClient: Bool) {
        guard material.count == Self.materialSize(of: profile) else { return nil }
        let (key, salt) = (profile.keySize, profile.saltSize)
        let clientKey = Array(material[..<key])
        let serverKey = Array(material[key..<(2 * key)])
        let clientSalt = Array(material[(2 * key)..<(2 * key + salt)])
        let serverSalt = Array(material[(2 * key + salt)...])
        self.init(
            profile: profile, localKey: isClient ? clientKey : serverKey, localSalt: isClient ? clientSalt : serverSalt,
            remoteKey: isClient ? serverKey : clientKey, remoteSalt: isClient ? serverSalt : clientSalt)
    }

    /// Bytes to ask of the exporter: 60 for AES-CM, 56 and 88 for GCM.
    public static func materialSize(of profile: SRTPProfile) -> Int {
        2 * (profile.keySize + profile.saltSize)
    }
}
