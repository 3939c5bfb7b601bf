/// What a client counts for one other participant, since its service counts nothing.
struct MappedCall {
    let peer: String
    /// Of the newest offer, whoever made it.
    var epoch = 0
    /// This client's own offer waits for its answer.
    var hasOffered = false
    /// The first `a=mid` of what this client has described, under which its candidates go (RFC 8838 §4.1).
    var mid = "0"
}
