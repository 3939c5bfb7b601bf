import AccessCore
import RTCCore

/// Who comes in, and until when.
struct Bearer {
    var grant = Grant()
    /// When its session is over unless another token is shown; `nil` for never.
    var until: Instant?
}
