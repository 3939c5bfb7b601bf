import MediaTracks

/// A file of pictures, and the layer that it is sent as.
struct VideoSource {
    /// `nil` where it is sent alone.
    let rid: String?
    let media: MediaTrack

    /// - Parameter word: A path, or layers with their paths: `q=small.ivf,f=large.ivf`.
    static func load(_ word: String) throws -> [VideoSource] {
        guard word.contains("=") else { return [VideoSource(rid: nil, media: try MediaTrack.load(path: word))] }
        return try word.split(separator: ",").map { entry in
            let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
            return VideoSource(rid: parts[0], media: try MediaTrack.load(path: parts.count > 1 ? parts[1] : ""))
        }
    }
}
