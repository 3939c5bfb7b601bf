/// Why something could not be kept, or not be found again.
public enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The place holds what a newer version has written.
    case newer(place: String, found: Int64, known: Int64)
    /// The place holds something else.
    case foreign(place: String)
    case cannotOpen(place: String, reason: String)
    case failed(place: String, reason: String)

    public var description: String {
        switch self {
        case .newer(let place, let found, let known):
            "\(place): schema \(found) was written by a newer starling, this one knows \(known): run that version, or take another file"
        case .foreign(let place): "\(place): this is no database of starling's: take another file"
        case .cannotOpen(let place, let reason):
            "\(place): cannot be opened (\(reason)): does its folder exist, and may it be written?"
        case .failed(let place, let reason): "\(place): \(reason)"
        }
    }
}
