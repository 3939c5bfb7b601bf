public import MediaFiles
public import MediaTracks
internal import Scenario

/// The media files of a plan, each loaded once for all bots.
public struct MediaLibrary: Sendable {
    public private(set) var tracks: [String: MediaTrack] = [:]

    /// - Throws: What is wrong with the first file that cannot be used.
    public init(paths: [String]) throws(MediaFileError) {
        for path in paths where tracks[path] == nil {
            tracks[path] = try MediaTrack.load(path: path)
        }
    }
}
