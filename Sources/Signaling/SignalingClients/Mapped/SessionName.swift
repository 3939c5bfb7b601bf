/// A bot's name in an SDP, for services that show nobody's name: one more attribute of the session, which whoever does not know it
/// overlooks (RFC 8866 §5.13).
enum SessionName {
    private static let prefix = "a=x-starling-name:"
    /// Bytes of a name that is believed.
    private static let limit = 128

    static func adding(_ name: String, to sdp: String) -> String {
        guard let media = sdp.range(of: "\r\nm=") else { return sdp }
        return "\(sdp[..<media.lowerBound])\r\n\(prefix)\(name)\(sdp[media.lowerBound...])"
    }

    /// - Returns: `nil` where the SDP holds no name.
    static func find(in sdp: String) -> String? {
        guard let start = sdp.range(of: "\n" + prefix) else { return nil }
        let name = sdp[start.upperBound...].prefix { $0 != "\r" && $0 != "\n" && $0 != "\r\n" }
        return name.isEmpty || name.utf8.count > limit ? nil : String(name)
    }
}

extension String {
    /// Like Foundation's, which the machines do without.
    fileprivate func range(of pattern: String) -> Range<String.Index>? {
        let text = utf8
        let wanted = Array(pattern.utf8)
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == wanted[0], text[index...].starts(with: wanted) {
                return index..<text.index(index, offsetBy: wanted.count)
            }
            index = text.index(after: index)
        }
        return nil
    }
}
