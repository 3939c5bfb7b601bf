/// A frame that could not be understood.
public struct FrameError: Error, Hashable, Sendable {
    public let code: ErrorCode
    /// The request to answer; `nil` where not even its number could be read.
    public let requestID: Int64?
    /// What is wrong, for a person to read.
    public let message: String

    public init(code: ErrorCode, requestID: Int64?, message: String) {
        self.code = code
        self.requestID = requestID
        self.message = message
    }
}
