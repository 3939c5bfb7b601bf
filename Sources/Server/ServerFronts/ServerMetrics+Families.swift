import AccessCore
public import Operations
import RoomCore
import SignalingProtocol

extension ServerMetrics {
    /// Everything that `/metrics` shows, in a fixed order.
    public var families: [MetricFamily] {
        fronts + roomsAndPeople + requests + calls + writing
    }

    private typealias Sample = MetricFamily.Sample

    private static func samples(_ counts: [(String, Int)], label: String) -> [Sample] {
        counts.map { Sample(Double($0.1), [MetricFamily.Label(label, $0.0)]) }
    }

    private var fronts: [MetricFamily] {
        let received = [
            ("native", messagesReceived), ("socketio", socketIO.messagesReceived), ("peerjs", peerJS.messagesReceived),
        ]
        let sent = [("native", messagesSent), ("socketio", socketIO.sent), ("peerjs", peerJS.messagesSent)]
        func both(_ direction: String, _ counts: [(String, Int)]) -> [Sample] {
            counts.map { front, count in
                Sample(Double(count), [MetricFamily.Label("dir", direction), MetricFamily.Label("front", front)])
            }
        }
        return [
            MetricFamily(
                "build_info", "The version of this server.",
                .gauge([Sample(1, [MetricFamily.Label("version", ServerVersion.current)])])),
            MetricFamily(
                "connections_total", "WebSockets opened since the start.",
                .counter(
                    Self.samples(
                        [("native", connectionsOpened), ("socketio", socketIO.connections), ("peerjs", peerJS.connections)],
                        label: "front"))),
            MetricFamily(
                "connections", "What is open now: WebSockets, Engine.IO sessions, peers of PeerJS.",
                .gauge(
                    Self.samples(
                        [("native", connections), ("socketio", socketIOSessions), ("peerjs", peerJSPeers)], label: "front"))),
            MetricFamily(
                "messages_total", "Messages of clients (in) and to them (out).",
                .counter(both("in", received) + both("out", sent))),
            MetricFamily(
                "message_bytes_total", "Bytes of text on native connections.",
                .counter(Self.samples([("in", bytesReceived), ("out", bytesSent)], label: "dir"))),
        ]
    }

    private var roomsAndPeople: [MetricFamily] {
        [
            .gauge("rooms", "Rooms with somebody in them, or in their lobby.", rooms),
            .gauge("participants", "Participants in all rooms.", participants),
            MetricFamily(
                "sessions", "Sessions with a connection, and those that wait for their client to come back.",
                .gauge(Self.samples([("connected", sessions - sessionsInGrace), ("grace", sessionsInGrace)], label: "state"))),
            .counter("visits_total", "Sessions that do not go on from another one.", room.visits),
            MetricFamily(
                "joins_total", "Wishes to join a room.",
                .counter(Self.samples([("joined", room.joined), ("refused", room.joinsRefused)], label: "result"))),
            MetricFamily(
                "join_seconds", "From being let into a room to hearing it: the answer, and the client's `ready`.",
                .histogram(joins)),
            .counter("leaves_total", "Participants that left, whatever the reason.", room.left),
            .counter("returns_total", "Participants that came back within their grace.", room.returned),
            MetricFamily(
                "resumes_total", "Wishes to resume a session.",
                .counter(
                    Self.samples(ResumeOutcome.allCases.map { ($0.rawValue, resumes[$0] ?? 0) }, label: "result"))),
            .counter("replayed_events_total", "Events that were told again, or late, because of a resume.", replayedEvents),
            .gauge("lobby_waiting", "People in lobbies.", waiting),
            MetricFamily(
                "moderation_actions_total", "What moderators did.",
                .counter(
                    Self.samples(
                        [
                            ("admit", room.admitted), ("deny", room.denied), ("kick", room.kicked), ("ban", room.banned),
                            ("mute", room.muted),
                        ], label: "action"))),
            .counter("chat_messages_total", "Messages of chat.", room.chatMessages),
            .counter("reactions_total", "Reactions.", room.reactions),
            .gauge("match_queue", "Sessions that wait for a match.", queued),
            MetricFamily(
                "matches_total", "Matches that both accepted, and those that came to nothing.",
                .counter(Self.samples([("made", room.matches), ("ended", room.matchesEnded)], label: "result"))),
            MetricFamily(
                "match_wait_seconds", "How long those had waited who were matched; who skips a partner begins anew.",
                .histogram(matchWaits)),
            .counter("relay_messages_total", "Signals passed on.", room.signalsRelayed),
            MetricFamily(
                "relay_seconds",
                "From reading a signal, or the `ready` for which it waited, to having handed it to the receiver's socket.",
                .histogram(service.relay)),
            .counter("relay_expired_total", "Signals for which nobody came.", room.signalsExpired),
            .counter("relay_coalesced_total", "Signals that were joined to one that waited.", room.signalsCoalesced),
        ]
    }

    private var requests: [MetricFamily] {
        [
            MetricFamily(
                "request_seconds", "From reading a native request to having handed the answer to the socket.",
                .histograms(
                    by: "type",
                    service.requests.sorted { $0.key < $1.key }.map { MetricFamily.Distribution($0.key, $0.value) })),
            MetricFamily(
                "errors_total", "Requests refused.",
                .counter(Self.samples(ErrorCode.allCases.map { ($0.rawValue, errors[$0] ?? 0) }, label: "code"))),
            MetricFamily(
                "closes_total", "Connections that the server closed.",
                .counter(Self.samples(CloseCode.allCases.map { ("\($0.rawValue)", closes[$0] ?? 0) }, label: "code"))),
            MetricFamily(
                "auth_failures_total", "Tokens that let nobody in.",
                .counter(
                    Self.samples(TokenRefusal.Reason.allCases.map { ($0.rawValue, refusedTokens[$0] ?? 0) }, label: "reason"))),
            .gauge("sockets", "TCP connections open now.", sockets),
            .counter("sockets_refused_total", "TCP connections of an address that had too many.", socketsRefused),
            .counter("requests_evicted_total", "Connections that made room while their request was not whole.", requestsEvicted),
            .counter("tls_failures_total", "TLS handshakes, and connections later, that went wrong.", tlsFailures),
            MetricFamily(
                "rate_limited_total", "Messages over their rate.",
                .counter(
                    Self.samples(
                        [
                            ("native", errors[.rateLimited] ?? 0), ("socketio", socketIO.rateLimited),
                            ("peerjs", peerJS.rateLimited),
                        ], label: "front"))),
            .gauge("alerts_firing", "Alerts that fire now.", alertsFiring.count),
            MetricFamily(
                "webhooks_total", "Changes of alerts on their way to the webhook.",
                .counter(
                    Self.samples([("delivered", webhooksDelivered), ("given_up", webhooksGivenUp)], label: "result"))),
            MetricFamily("loop_lag_seconds", "How late the server's timers were.", .histogram(loopLag)),
        ]
    }

    private var calls: [MetricFamily] {
        [
            MetricFamily(
                "calls_total", "Calls that clients told of.",
                .counter(Self.samples([("connected", call.connected), ("failed", call.failed)], label: "outcome"))),
            MetricFamily("call_health", "Health of those calls, 0 to 100.", .histogram(call.health)),
            MetricFamily("call_duration_seconds", "How long they lasted.", .histogram(call.duration)),
            MetricFamily("call_setup_seconds", "How long they took to connect.", .histogram(call.setup)),
            MetricFamily("call_round_trip_seconds", "Round trips that clients told of.", .histogram(call.roundTrip)),
            MetricFamily("call_jitter_seconds", "Jitter that clients told of.", .histogram(call.jitter)),
            MetricFamily("call_loss_ratio", "Loss that clients told of, 0 to 1.", .histogram(call.loss)),
            MetricFamily("call_bitrate_bits", "Bits per second received, by track, in all of a call.", .histogram(call.bitrate)),
        ]
    }

    private var writing: [MetricFamily] {
        guard let store else { return [] }
        return [
            .gauge("store_queue", "Entries that wait to be written.", store.waiting),
            .counter("store_written_total", "Entries that were written.", store.written),
            .counter("store_dropped_total", "Entries for which there was no room.", store.dropped),
            .counter("store_failures_total", "Batches that could not be written and are tried again.", store.failures),
            MetricFamily("store_write_seconds", "How long writing a batch took.", .histogram(store.writes)),
        ]
    }
}
