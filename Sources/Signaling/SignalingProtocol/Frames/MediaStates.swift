/// The state of each source of one participant.
public struct MediaStates: Hashable, Sendable {
    public var microphone: MediaState
    public var camera: MediaState
    public var screen: MediaState

    public init(microphone: MediaState = .off, camera: MediaState = .off, screen: MediaState = .off) {
        self.microphone = microphone
        self.camera = camera
        self.screen = screen
    }

    public subscript(source: MediaSource) -> MediaState {
        get {
            switch source {
            case .microphone: microphone
            case .camera: camera
            case .screen: screen
            }
        }
        set {
            switch source {
            case .microphone: microphone = newValue
            case .camera: camera = newValue
            case .screen: screen = newValue
            }
        }
    }

    var json: JSON {
        var object = JSONObject()
        for source in MediaSource.allCases { object[source.rawValue] = .string(self[source].rawValue) }
        return .object(object)
    }

    init(_ json: JSON?) {
        self.init()
        for source in MediaSource.allCases {
            self[source] = MediaState(rawValue: json?.objectValue?[source.rawValue]?.stringValue ?? "") ?? .off
        }
    }
}
