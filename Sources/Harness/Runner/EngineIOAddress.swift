/// Where Socket.IO is spoken over WebSocket, given where a server is.
enum EngineIOAddress {
    /// Adds what every client adds: the path `/socket.io/` where there is none, the protocol's version and the transport.
    static func webSocket(at url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        let parts = url[scheme.upperBound...].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var resource = String(parts[0])
        if !resource.contains("/") { resource += "/" }
        if resource.drop(while: { $0 != "/" }) == "/" { resource += "socket.io/" }
        var query = parts.count > 1 ? String(parts[1]) : ""
        for (key, value) in [("EIO", "4"), ("transport", "websocket")] where !query.contains("\(key)=") {
            query += (query.isEmpty ? "" : "&") + "\(key)=\(value)"
        }
        return url[..<scheme.upperBound] + resource + "?" + query
    }
}
