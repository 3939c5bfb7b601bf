public import MediaFiles
public import MediaTracks
internal import RTCCore
public import Scenario

/// The media files of a plan, each loaded once for all bots.
public struct MediaLibrary: Sendable {
    public private(set) var tracks: [String: MediaTrack] = [:]

    /// - Throws: What is wrong with the first file that cannot be used.
    public init(paths: [String]) throws(MediaFileError) {
        for path in paths where tracks[path] == nil {
            tracks[path] = try MediaTrack.load(path: path)
        }
    }

    /// Every media file that a scenario's groups play.
    ///
    /// - Parameter known: Tracks that were loaded for another scenario: a media file stays in memory for ever, so once is enough.
    /// - Throws: What is wrong with each file that cannot be used, and where the scenario names it.
    public init(of scenario: Scenario, known: MediaLibrary? = nil) throws(ScenarioErrors) {
        let loaded = known?.tracks ?? [:]
        var errors: [ScenarioError] = []
        for (index, group) in scenario.groups.enumerated() {
            let files = [("audio", MediaKind.audio, group.publication.audio), ("video", .video, group.publication.video)]
            for (key, kind, path) in files {
                guard let path else { continue }
                do throws(MediaFileError) {
                    let track = if let track = tracks[path] ?? loaded[path] { track } else { try MediaTrack.load(path: path) }
                    tracks[path] = track
                    guard track.kind != kind else { continue }
                    let wanted = kind == .audio ? "an Ogg file with Opus" : "an IVF file with VP8"
                    errors.append(
                        scenario.error(
                            "\(path): the file holds \(track.kind.rawValue); give \(wanted)",
                            in: "groups[\(index)].publish.\(key)"))
                } catch {
                    errors.append(scenario.error(error.description, in: "groups[\(index)].publish.\(key)"))
                }
            }
        }
        guard errors.isEmpty else { throw ScenarioErrors(errors: errors) }
    }

    /// The tracks of both.
    public func merging(_ other: MediaLibrary) -> MediaLibrary {
        var merged = self
        merged.tracks.merge(other.tracks) { mine, _ in mine }
        return merged
    }
}
