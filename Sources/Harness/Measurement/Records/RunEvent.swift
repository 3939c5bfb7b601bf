public import RTCCore

/// One line of `events.ndjson`: something that happened to a bot.
public struct RunEvent: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case started
        case signalingConnected = "signaling_connected"
        case signalingClosed = "signaling_closed"
        case joined
        case refused
        case peerJoined = "peer_joined"
        case peerLeft = "peer_left"
        case offerSent = "offer_sent"
        case offerReceived = "offer_received"
        case answerSent = "answer_sent"
        case answerReceived = "answer_received"
        case iceState = "ice_state"
        case connected
        case firstFrame = "first_frame"
        case networkChanged = "network_changed"
        case blackout
        case keyFrameRequested = "key_frame_requested"
        case transportClosed = "transport_closed"
        case negotiationFailed = "negotiation_failed"
        case signalingResumed = "signaling_resumed"
        /// The server knows nothing more of this bot, which joins anew.
        case sessionLost = "session_lost"
        case peerReconnecting = "peer_reconnecting"
        case peerResumed = "peer_resumed"
        case reconnecting
        case reconnected
        case reconnectFailed = "reconnect_failed"
        /// The policy's attempts are used up.
        case gaveUp = "gave_up"
        case addressChanged = "address_changed"
        case killed
        case iceRestart = "ice_restart"
        /// A TURN server refused, did not answer, or died.
        case relayFailed = "relay_failed"
        /// Another TURN server carries the connection on.
        case relayReplaced = "relay_replaced"
        case muted
        case unmuted
        case deviceSwitched = "device_switched"
        /// A track was added to each call.
        case screenShared = "screen_shared"
        /// It was taken away again.
        case screenStopped = "screen_stopped"
        case chatSent = "chat_sent"
        case chatReceived = "chat_received"
        case reactionSent = "reaction_sent"
        case reactionReceived = "reaction_received"
        /// The queue of raised hands, the first at the front.
        case handsChanged = "hands_changed"
        /// What a peer sends, as it says itself and moderators allow.
        case mediaState = "media_state"
        /// In the lobby.
        case waiting
        /// Somebody else is.
        case knocked
        case denied
        case kicked
        /// What this bot did as a moderator.
        case moderated
        /// A moderator has switched a source of this bot off.
        case mutedByModerator = "muted_by_moderator"
        case roleChanged = "role_changed"
        case roomUpdated = "room_updated"
        /// Who speaks, as the server says; nobody where no peer is named.
        case activeSpeaker = "active_speaker"
        /// The same, as this bot makes it out from the sound that comes in.
        case speakerHeard = "speaker_heard"
        /// How good a bot's connection is, as the server says.
        case connectionQuality = "connection_quality"
        /// How good this bot's own is, as it measures it.
        case qualityMeasured = "quality_measured"
        /// Whose media this bot wants from now on.
        case subscribed
        /// Whether a peer wants this bot's media.
        case wanted
        /// In the queue for a match.
        case queued
        case matchFound = "match_found"
        /// What this bot said to who was found.
        case matchAnswered = "match_answered"
        case matchEnded = "match_ended"
        /// What this bot asked for was refused, or its dialect has no word for it.
        case requestFailed = "request_failed"
        /// Something that the server told about a call.
        case serverNotice = "server_notice"
        case left
    }

    public var at: Instant
    public var bot: String
    public var kind: Kind
    /// The other bot, where the event is about one.
    public var peer: String?
    /// What the kind says about it: a state, a media kind, a preset's name, a reason.
    public var detail: String?

    public init(at: Instant, bot: String, kind: Kind, peer: String? = nil, detail: String? = nil) {
        self.at = at
        self.bot = bot
        self.kind = kind
        self.peer = peer
        self.detail = detail
    }
}
