public import MediaFiles
public import MediaTracks
internal import RTCCore
public import Scenario

/// The media files of a plan, each loaded once for all bots.
public struct MediaLibrary: Sendable {
    public private(set) var tracks: [String: MediaTrack] = [:]
    /// What spoils a call without being wrong, once for each file, with the place where the scenario first names it.
    public private(set) var warnings: [String] = []

    /// - Throws: What is wrong with the first file that cannot be used.
    public init(paths: [String]) throws(MediaFileError) {
        for path in paths where tracks[path] == nil {
            tracks[path] = try MediaTrack.load(path: path)
        }
    }

    /// Every media file that a scenario plays.
    ///
    /// - Parameter known: Tracks that were loaded for another scenario: a media file stays in memory for ever, so once is enough.
    /// - Throws: What is wrong with each file that cannot be used, and where the scenario names it.
    public init(of scenario: Scenario, known: MediaLibrary? = nil) throws(ScenarioErrors) {
        let loaded = known?.tracks ?? [:]
        var errors: [ScenarioError] = []
        for use in Self.uses(of: scenario) {
            do throws(MediaFileError) {
                let isNew = tracks[use.path] == nil
                let track =
                    if let track = tracks[use.path] ?? loaded[use.path] { track } else { try MediaTrack.load(path: use.path) }
                tracks[use.path] = track
                for warning in isNew ? track.warnings : [] {
                    warnings.append(scenario.error("warning: \(warning)", in: use.field).description)
                }
                guard track.kind != use.kind else { continue }
                let wanted = use.kind == .audio ? "an Ogg file with Opus" : MediaFileKind.videoFiles
                errors.append(
                    scenario.error("\(use.path): the file holds \(track.kind.rawValue); give \(wanted)", in: use.field))
            } catch {
                errors.append(scenario.error(error.description, in: use.field))
            }
        }
        errors += unlikeLayers(of: scenario)
        guard errors.isEmpty else { throw ScenarioErrors(errors: errors) }
    }

    /// Layers show the same pictures and are negotiated as one track: of one codec, with the same rhythm.
    private func unlikeLayers(of scenario: Scenario) -> [ScenarioError] {
        scenario.groups.enumerated().flatMap { index, group -> [ScenarioError] in
            let layers = group.publication.simulcast
            guard let first = layers.first.flatMap({ tracks[$0.video] }) else { return [] }
            return layers.enumerated().compactMap { place, layer in
                guard let track = tracks[layer.video] else { return nil }
                let isLike =
                    track.codec == first.codec && track.formatParameters == first.formatParameters
                    && track.frameCount == first.frameCount && track.loopDuration == first.loopDuration
                    && track.keyFrames == first.keyFrames
                return isLike
                    ? nil
                    : scenario.error(
                        "\(layer.video): not the same clip as \(first.name): give the same pictures in another size, of one codec,"
                            + " with key frames at the same places", in: "groups[\(index)].publish.simulcast[\(place)].video")
            }
        }
    }

    private struct Use {
        var field: String
        var kind: MediaKind
        var path: String
    }

    /// Where a scenario names media files: what its groups publish, and what its timeline switches to.
    private static func uses(of scenario: Scenario) -> [Use] {
        let published = scenario.groups.enumerated().map { ("groups[\($0)].publish", $1.publication) }
        let switched = scenario.timeline.enumerated().flatMap { index, entry in
            entry.verbs.compactMap { verb in
                if case .switchDevice(let publication) = verb { publication } else { nil }
            }.map { ("timeline[\(index)].do.switch_device", $0) }
        }
        let shown = scenario.timeline.enumerated().flatMap { index, entry in
            entry.verbs.compactMap { verb -> Use? in
                guard case .screen(let path?) = verb else { return nil }
                return Use(field: "timeline[\(index)].do.screen", kind: .video, path: path)
            }
        }
        return shown
            + (published + switched).flatMap { field, publication in
                let single = [("audio", MediaKind.audio, publication.audio), ("video", .video, publication.video)]
                let layers = publication.simulcast.enumerated().map {
                    ("simulcast[\($0)].video", MediaKind.video, String?.some($1.video))
                }
                return (single + layers).compactMap { key, kind, path in
                    path.map { Use(field: "\(field).\(key)", kind: kind, path: $0) }
                }
            }
    }

    /// The tracks of both.
    public func merging(_ other: MediaLibrary) -> MediaLibrary {
        var merged = self
        merged.tracks.merge(other.tracks) { mine, _ in mine }
        return merged
    }
}
