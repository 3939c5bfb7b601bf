import SignalingProtocol

/// One publisher whose media this client is subscribed to, or is about to be.
struct JanusFeed: Hashable, Sendable {
    let id: String
    /// The id as the server wrote it: a number, or a text where it has `string_ids`.
    let number: JSON
    /// Its own handle, once there is one.
    var handle: Int64?
    /// Counts the server's offers.
    var epoch = 0
    /// The server has ended the call.
    var isHungUp = false
}
