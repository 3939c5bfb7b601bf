/// Why a TURN server is of no use, or no longer.
public struct TURNFailure: Error, Hashable, Sendable {
    /// The server's error code (RFC 8656 §19), where it gave one.
    public var code: UInt16?
    /// The server's words, or ours where it said nothing.
    public var reason: String
    public var url: String

    package init(code: UInt16? = nil, reason: String, url: String) {
        self.code = code
        self.reason = reason
        self.url = url
    }
}

extension TURNFailure: CustomStringConvertible {
    /// Such as `401 Unauthorized from turn:192.0.2.1:3478?transport=udp`.
    public var description: String {
        guard let code else { return "\(url): \(reason)" }
        return reason.isEmpty ? "\(code) from \(url)" : "\(code) \(reason) from \(url)"
    }
}
