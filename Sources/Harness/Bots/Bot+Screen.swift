internal import Measurement
internal import MediaTracks
internal import RTCCore
internal import RTCPeer
internal import Scenario
internal import SignalingClients

/// A screen that a bot shows: a track that is added to each call and taken away again, with a negotiation for each.
///
///             screen: FILE                    screen: off              drained
///   no track ─────────────▶ offered, playing ─────────────▶ no frames ─────────▶ offered with port 0
///
/// The last pictures have a second to arrive before their section is given up, as at the end of a run.
extension Bot {
    /// - Parameter due: From when on the old one is no longer due, however late this is done.
    func show(_ path: String?, due: Instant, now: Instant) {
        stopShowing(due: due, now: now)
        guard let path, let media = context.media[path] else { return }
        shares += 1
        screen = Screen(media: media, rid: TrackName.screen(shares))
        log(.screenShared, detail: path, now: now)
        for connection in connections where connection.part == .peer {
            addScreen(to: connection)
            renegotiate(connection, now: now)
        }
        sayWhatIsSent(now: now)
    }

    func stopShowing(due: Instant, now: Instant) {
        guard screen != nil else { return }
        screen = nil
        log(.screenStopped, now: now)
        for connection in connections { connection.endScreen(at: due) }
        screensEndAt = now + Self.drainTime
        sayWhatIsSent(now: now)
    }

    /// To a connection that is new, or that has no place for it yet.
    func addScreen(to connection: MeshConnection) {
        guard let screen else { return }
        connection.addScreen(
            screen.media, rid: screen.rid, streamID: "\(context.plan.name)-screen", trackID: "\(context.plan.name)-\(screen.rid)")
    }

    func giveUpScreensIfDue(now: Instant) {
        guard let due = screensEndAt, due <= now else { return }
        screensEndAt = nil
        for connection in connections where connection.giveUpScreens(but: screen?.rid, now: now) {
            renegotiate(connection, now: now)
        }
    }

    /// The tracks of a call have changed. Where a negotiation is under way, this one follows it.
    private func renegotiate(_ connection: MeshConnection, now: Instant) {
        connection.tracksChanged()
        renegotiateIfNeeded(connection, now: now)
    }

    func renegotiateIfNeeded(_ connection: MeshConnection, now: Instant) {
        guard state == .inRoom, connection.part == .peer, connection.peer.signalingState == .stable,
            connection.hasRemoteDescription,
            !connection.isTransportClosed, connection.hasNewTracks || connection.peer.needsNegotiation
        else { return }
        offer(on: connection, now: now)
    }

    /// A file, and what its track is called.
    struct Screen {
        let media: MediaTrack
        let rid: String
    }
}
