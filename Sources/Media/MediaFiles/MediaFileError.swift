/// Why a media file was refused: which file, where in it, what is wrong and what to do about it.
public struct MediaFileError: Error, Hashable, Sendable {
    /// The file's path, as it was given.
    public var file: String
    /// Bytes from the start of the file; `nil` where the whole file is meant.
    public var offset: Int?
    /// What is wrong, in words that follow the file's name.
    public var what: String
    /// What to do instead; `nil` where nothing helps but another file.
    public var remedy: String?

    public init(file: String, offset: Int? = nil, what: String, remedy: String? = nil) {
        self.file = file
        self.offset = offset
        self.what = what
        self.remedy = remedy
    }
}

extension MediaFileError: CustomStringConvertible {
    public var description: String {
        let place = offset.map { "\(file): byte \($0): " } ?? "\(file): "
        return place + what + (remedy.map { "; \($0)" } ?? "")
    }
}
