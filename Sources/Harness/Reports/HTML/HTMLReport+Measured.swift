extension HTMLReport {
    /// What the words of this page mean, so that nobody has to guess.
    static func measured(_ model: ReportModel) -> Markup {
        let rows = definitions.map { name, text -> Markup in "<div><dt>\(name)</dt><dd>\(text)</dd></div>\n" }
        let time =
            model.result.driver == "simulate"
            ? "This run was simulated: its network and its clock are virtual, and the same seed gives the same bytes."
            : "This run used real sockets; arrival times are the kernel's."
        return section(
            "measured", "How this was measured",
            "<details><summary>What each figure means</summary><p class=\"note\">\(time)</p><dl class=\"glossary\">\(rows)</dl></details>"
        )
    }

    private static let definitions: [(String, String)] = [
        (
            "Verdict",
            "PASS: every assertion holds. FAIL: one does not. INVALID: the run proved nothing, because the load that was asked for was not "
                + "offered, the generator or its host was at its limit, or something vanished that nothing accounts for."
        ),
        (
            "Latency",
            "from the moment a frame was due to leave, not from when a late sender got to it, until its last packet had arrived. Frames "
                + "that never came are no samples; they are in the loss."
        ),
        (
            "First frame",
            "from the moment the later join of the two was due to the first whole picture, or sound where there is no picture."
        ),
        (
            "Frame audit",
            "every frame of a media file has a fingerprint, so that the receiver knows which one arrived. Each frame that was sent is exactly "
                + "one of intact, damaged, withheld and missing."
        ),
        ("Loss before repair", "packets that the network dropped when they were first sent, of all that were sent."),
        ("Loss after repair", "frames that never became whole, of all that were due and not withheld."),
        (
            "Freeze",
            "as Chromium counts it: no new picture for three times the usual interval and at least 150 ms more; and besides, a picture "
                + "that stands still at the end."
        ),
        ("Gap, outage", "time without a whole frame on a track."),
        ("Recovery", "from the end of a fault to the next whole frame, for each track with an end at a bot that it hit."),
        (
            "Percentiles",
            "nearest rank: each is a value that was measured. Bands are the 5th to the 95th percentile over tracks, or over frames for "
                + "latency, in each second; long runs are thinned out by their extremes, never by a mean."
        ),
        ("Bitrate", "payload without headers and retransmissions, per track."),
    ]
}
