/// What an application sends over Engine.IO: text or bytes, each whole.
public enum EngineIOMessage: Hashable, Sendable {
    case text(String)
    case binary([UInt8])

    /// Bytes of content.
    public var size: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .binary(let bytes): bytes.count
        }
    }
}
