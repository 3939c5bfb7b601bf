internal import Measurement
internal import RTCCore
public import Scenario

extension Plan {
    /// The plan's named events in a driver's time.
    func faults(epoch: Instant) -> [RunRecord.Fault] {
        events.map { event in
            RunRecord.Fault(
                name: event.name, start: epoch + (event.start - .origin), end: epoch + (event.end - .origin),
                hits: event.bots.map { bots[$0].name })
        }
    }

    /// Every media file that a bot plays, once, in the order of bots.
    public var mediaPaths: [String] {
        var paths: [String] = []
        for publication in bots.flatMap({ [$0.publication] + $0.actions.compactMap(\.verb.publication) }) {
            for path in publication.files where !paths.contains(path) {
                paths.append(path)
            }
        }
        return paths
    }
}

extension Verb {
    /// The files that a bot switches to, or shows.
    var publication: Publication? {
        switch self {
        case .switchDevice(let publication): publication
        case .screen(let path?): Publication(video: path)
        default: nil
        }
    }
}
