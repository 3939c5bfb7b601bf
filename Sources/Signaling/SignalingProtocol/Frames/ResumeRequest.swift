/// A `hello`'s wish to go on with a session whose connection is gone.
public struct ResumeRequest: Hashable, Sendable {
    public var session: String
    /// The newest that the server gave for this session; it is good for one resume.
    public var secret: String
    /// The last event that arrived; 0 for none.
    public var seq: Int64

    public init(session: String, secret: String, seq: Int64) {
        self.session = session
        self.secret = secret
        self.seq = seq
    }

    init(_ detail: FieldReader) throws(FrameError) {
        session = try detail.text("session", bytes: 1...64)
        secret = try detail.text("secret", bytes: 1...128)
        seq = try detail.optionalInteger("seq", in: 0...JSON.largestInteger) ?? 0
    }

    var json: JSON {
        .object(["session": .string(session), "secret": .string(secret), "seq": .integer(seq)])
    }
}
