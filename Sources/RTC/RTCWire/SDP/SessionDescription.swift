/// An offer or an answer (RFC 8866, RFC 9429 §5).
public struct SessionDescription: Hashable, Sendable {
    public var origin: SDPOrigin
    /// The session's name; `-` in WebRTC.
    public var name: String
    public var timing: SDPTiming
    public var connection: SDPAddress?
    public var bandwidths: [SDPBandwidth] = []
    /// The mids of each `a=group:BUNDLE` (RFC 9143 §5); groups of other semantics are among ``attributes``.
    public var bundleGroups: [[String]] = []
    public var iceLite = false
    public var iceOptions: [String] = []
    public var iceUfrag: String?
    public var icePassword: String?
    public var fingerprints: [SDPFingerprint] = []
    public var setup: SDPSetup?
    /// The direction of sections that state none; already resolved in them.
    public var direction: SDPDirection?
    /// One-byte and two-byte header extensions may alternate (RFC 8285 §6).
    public var extmapAllowMixed = false
    public var extensions: [SDPExtmap] = []
    /// What follows `msid-semantic:`, without spaces at its ends.
    public var msidSemantic: String?
    /// All other attributes, in the order of the text.
    public var attributes: [SDPAttribute] = []
    public var media: [MediaDescription]

    public init(origin: SDPOrigin, name: String = "-", timing: SDPTiming = SDPTiming(), media: [MediaDescription] = []) {
        self.origin = origin
        self.name = name
        self.timing = timing
        self.media = media
    }

    /// Reads a description.
    ///
    /// Tolerates lines that end in a bare LF, attributes in any order, any name, missing `s=` and `t=` lines, and attributes that it
    /// does not know; refuses what it would have to guess.
    public init(parsing text: String, limits: SDPLimits = SDPLimits()) throws(SDPParsingError) {
        var parser = SDPParser(limits: limits)
        self = try parser.parse(text)
    }

    /// The first of the other attributes with a name.
    public func attribute(_ name: String) -> SDPAttribute? {
        attributes.first { $0.name == name }
    }
}
