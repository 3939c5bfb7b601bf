/// Why a text is not an assertion, with what to write instead.
public struct AssertionError: Error, Sendable, Hashable, CustomStringConvertible {
    public let message: String
    /// Where the offending word begins, in Unicode scalars from the start of the text.
    public let offset: Int

    init(_ message: String, at offset: Int) {
        self.message = message
        self.offset = offset
    }

    public var description: String { message }
}
