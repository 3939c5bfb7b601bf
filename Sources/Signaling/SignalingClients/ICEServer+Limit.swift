import SignalingProtocol

extension [ICEServer] {
    /// The first of them, with so many URLs in all.
    func first(urls limit: Int) -> [ICEServer] {
        var left = limit
        var first: [ICEServer] = []
        for var server in self where left > 0 {
            server.urls = Array<String>(server.urls.prefix(left))
            left -= Swift.max(1, server.urls.count)
            first.append(server)
        }
        return first
    }
}
