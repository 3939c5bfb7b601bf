"""The cells of the grid, each a question to one call. A cell returns what was seen, in a few words, or raises `Failed`."""

import re
import time

from call import Failed, Progress, expect, inbound, total, tracks_of

# How long each cell watches, in seconds.
MEDIA = 10
LOSSY = 8
SETTLE = 3
SHORT = 3
CODEC = 5


def connect(call):
    call.starling.ask("add", kind="audio")
    call.starling.ask("add", kind="video")
    call.foreign.ask("add", kind="audio", limit=20)
    call.foreign.ask("add", kind="video", limit=20)
    began = time.monotonic()
    offer, answer = call.negotiate()
    call.known = ufrags(offer if call.we_offer else answer)
    expect(call.starling.wait_for(lambda event: event["event"] == "connected", 15), "our transport was not connected within 15 s")
    took = time.monotonic() - began
    call.wait_until(lambda: call.theirs()["state"] == "connected", 15, "they did not call themselves connected")
    transport = call.ours()["transport"]
    return f"{took:.1f} s{names_of(call, offer, answer)}, DTLS {transport['dtlsRole']}, {transport['srtpCipher']}"


def names_of(call, *descriptions):
    """What came of the names that a browser has put in the place of its addresses; nothing where it shows them."""
    theirs = " ".join([*descriptions, *(str(event) for event in call.foreign.events)])
    hidden = set(re.findall(r"[0-9a-f-]{36}\.local", theirs))
    if not hidden:
        return ""
    # A browser is found by its own checks meanwhile; its name is sought for five seconds.
    call.starling.wait_for(lambda event: event["event"] == "name", 7)
    told = [event for event in call.starling.events if event["event"] == "name"]
    return f", {sum('address' in event for event in told)} of {len(hidden)} names resolved"


def check_theirs(progress, least_video, least_audio, gaps=0):
    """Their media here: complete, and decodable."""
    video, audio = progress.here("video", "decoded"), progress.here("audio", "decoded")
    expect(video >= least_video, f"of theirs {video} pictures decoded here in {progress.seconds:.0f} s, at least {least_video:.0f} expected")
    expect(audio >= least_audio, f"of theirs {audio} packets of sound decoded here, at least {least_audio:.0f} expected")
    for kind in ("video", "audio"):
        errors = progress.here(kind, "decodeErrors")
        expect(errors == 0, f"{errors} of their frames of {kind} do not decode here: " + next(
            (track["audit"].get("firstError") or "" for track in tracks_of(progress.end_ours, kind)), ""))
        missing = progress.here(kind, "gaps")
        expect(missing <= gaps, f"{missing} gaps in their {kind}")
    return video, audio


def check_ours(progress, share=0.9, tracks=1):
    """Our media there, by their own count."""
    video, audio = progress.there("video", "decoded"), progress.there("audio", "decoded")
    sent = progress.sent_of("video", "framesSent")
    expect(video >= sent * share, f"of {sent} pictures of ours they decoded {video}")
    expect(audio > 0, "they decoded none of our sound")
    return video, sent


def media(call):
    # The first second belongs to whoever starts a decoder.
    time.sleep(1)
    progress = Progress(call)
    time.sleep(MEDIA / 2)
    half = call.theirs()
    time.sleep(MEDIA / 2)
    progress.take()
    video, sent = check_ours(progress)
    middle = total(inbound(half, "video"), "decoded")
    expect(total(inbound(progress.start_theirs, "video"), "decoded") < middle < total(inbound(progress.end_theirs, "video"), "decoded"),
           "their count of our pictures does not rise")
    freezes = progress.there("video", "freezes")
    expect(freezes <= 1, f"our picture froze there {freezes} times")
    theirs, _ = check_theirs(progress, MEDIA * 10, MEDIA * 45)
    loudest = max(track["audit"]["loudest"] for track in tracks_of(progress.end_ours, "audio"))
    expect(loudest > 300, f"their sound is silent (loudest sample {loudest})")
    moved = progress.here("video", "pictures")
    expect(moved > MEDIA * 5, f"their picture stands still ({moved} changes)")
    return f"{video}/{sent} pictures of ours decoded there, {theirs} of theirs here, no gap"


def loss(call):
    progress = Progress(call)
    call.starling.ask("network", loss=0.05)
    time.sleep(LOSSY)
    call.starling.ask("network", loss=0)
    time.sleep(SETTLE)
    progress.take()
    dropped = progress.end_ours["dropped"] - progress.start_ours["dropped"]
    expect(dropped > 20, f"only {dropped} datagrams were lost")
    resent = progress.sent("retransmittedPacketsSent")
    expect(progress.sent("nackCount") > 0 and resent > 0, "they asked for no packet again (NACK)")
    asked = progress.repairs_here("nackCount")
    expect(asked > 0, "we asked for no packet again (NACK)")
    expect(progress.here("video", "repaired") > 0 or call.peer.resends_verbatim, "nothing came over RTX")
    video, sent = check_ours(progress, share=call.peer.share_under_loss)
    theirs = progress.here("video", "decoded")
    gaps = progress.here("video", "gaps")
    packets = progress.here("video", "packets")
    expect(gaps <= packets * 0.002, f"{gaps} gaps after repair in {packets} packets of their video")
    expect(theirs >= 8 * (LOSSY + SETTLE), f"{theirs} of their pictures decoded here")
    expect(progress.here("video", "decodeErrors") == 0, "their pictures do not decode here")
    plis = progress.sent("pliCount")
    return (f"{dropped} datagrams lost; we resent {resent}, they {progress.repairs_here('retransmittedPacketsReceived') or 'verbatim'}; "
            f"{video}/{sent} decoded there, {gaps} gaps here" + (f", {plis} PLI" if plis else ""))


def ufrags(sdp):
    return set(re.findall(r"a=ice-ufrag:(\S+)", sdp))


def restart(call, by):
    before = call.ours()
    mark = call.starling.mark()
    whole = Progress(call)
    offer, answer = call.negotiate(by=by, restart=True)
    ours = offer if by is call.starling else answer
    expect(ufrags(ours) and not ufrags(ours) & call.known, "our ICE credentials are the old ones")
    call.known = ufrags(ours)
    call.wait_until(
        lambda: call.ours()["transport"]["pairChanges"] > before["transport"]["pairChanges"], 10, "no pair of the new generation was selected")
    time.sleep(0.5)
    progress = Progress(call)
    time.sleep(SHORT)
    progress.take()
    check_ours(progress, share=0.8)
    check_theirs(progress, SHORT * 8, SHORT * 40, gaps=call.peer.gaps_at_restart)
    whole.take()
    gaps = max(whole.here(kind, "gaps") for kind in ("audio", "video"))
    expect(gaps <= call.peer.gaps_at_restart, f"{gaps} gaps in their media")
    bad = [event["state"] for event in call.starling.events[mark:] if event["event"] == "ice" and event["state"] in ("failed", "closed")]
    expect(not bad, f"our ICE state was {bad}")
    state = call.theirs()["state"]
    expect(state == "connected", f"they call themselves {state}")
    return "media went on" + (f", {gaps} gaps, because they close their sockets first" if gaps else ", no gap")


def restart_by_us(call):
    return restart(call, call.starling)


def restart_by_them(call):
    return restart(call, call.foreign)


def add_video(call):
    """The offerer adds a second picture; the number by which it can be removed."""
    if call.we_offer:
        return call.starling.ask("add", kind="video")["transceiver"]
    return call.foreign.ask("add", kind="video", limit=20)["track"]


def remove_video(call, number, stop=False):
    if call.we_offer:
        call.starling.ask("remove", transceiver=number, stop=stop)
    else:
        call.foreign.ask("remove", track=number, stop=stop)


def pictures(call):
    """What was decoded so far of each picture that the offerer sends."""
    if call.we_offer:
        return {(entry.get("mid"), entry.get("ssrc")): entry.get("decoded") or 0 for entry in inbound(call.theirs(), "video")}
    return {track["transceiver"]: track["audit"]["decoded"] for track in tracks_of(call.ours(), "video")}


def expect_two_pictures(call, what):
    """Two pictures go on, for a second each time that one looks."""
    deadline = time.monotonic() + 10
    while True:
        before = pictures(call)
        time.sleep(1)
        moving = sum(1 for key, count in pictures(call).items() if count > before.get(key, 0) + 5)
        if moving == 2:
            return
        expect(time.monotonic() < deadline, f"{what}: {moving} of two pictures are decoded")


def check_first_goes_on(call):
    progress = Progress(call)
    time.sleep(SHORT)
    progress.take()
    expect(progress.there("video", "decoded") >= SHORT * 20, "our first picture did not go on")
    check_theirs(progress, SHORT * 8, SHORT * 40)


def renegotiate(call):
    mark = call.starling.mark()
    number = add_video(call)
    call.negotiate()
    expect_two_pictures(call, "one was added")
    remove_video(call, number)
    call.negotiate()
    if not call.we_offer:
        expect(call.starling.wait_for(lambda event: event["event"] == "trackRemoved", 5, since=mark), "we did not see the track go")
    check_first_goes_on(call)
    return "added, both decoded; removed, the first went on"


def recycle(call):
    number = add_video(call)
    offer, _ = call.negotiate()
    sections = offer.count("\nm=")
    expect_two_pictures(call, "one was added")
    remove_video(call, number, stop=True)
    offer, answer = call.negotiate()
    refused = [line for line in re.findall(r"(?m)^m=\S+ (\d+)", answer) if line == "0"]
    expect(refused, "the stopped section has no port 0 in the answer")
    number = add_video(call)
    offer, answer = call.negotiate()
    expect(offer.count("\nm=") == sections, f"{offer.count(chr(10) + 'm=')} m-sections instead of {sections}: the line was not used again")
    expect("\nm=video 0 " not in answer, "the recycled section was refused")
    expect_two_pictures(call, "one was added on the recycled line")
    remove_video(call, number)
    call.negotiate()
    check_first_goes_on(call)
    return "port 0 on both sides, then another picture on the same line"


def glare(call):
    """Both make an offer; who is polite rolls back. The one of role 'they offer' is Starling."""
    ours, theirs = call.starling.ask("offer"), call.foreign.ask("offer")
    if call.we_offer:
        try:
            call.starling.ask("remote", type="offer", sdp=theirs["sdp"])
            raise Failed("an offer was taken on top of our own")
        except Exception as error:
            if isinstance(error, Failed):
                raise
        if not call.peer.rolls_back_by_itself:
            call.foreign.ask("rollback")
        call.answer(ours["sdp"], call.starling, call.foreign)
    else:
        call.starling.ask("rollback")
        call.answer(theirs["sdp"], call.foreign, call.starling)
    check_first_goes_on(call)
    return ("they" if call.we_offer else "we") + " rolled back, media went on"


def close(call, also=lambda event: False):
    """`also` says by what else they may notice: over a connection its end may overtake what was said last."""
    if call.we_offer:
        mark = call.foreign.mark()
        began = time.monotonic()
        call.starling.ask("close")
        event = call.foreign.wait_for(lambda event: call.peer.notices(event) or also(event), 10, since=mark)
        expect(event, "they did not notice within 10 s that we hung up")
        return f"they noticed after {event['at'] - began:.1f} s ({event['event']}: {event.get('state', event.get('kind', ''))})"
    mark = call.starling.mark()
    began = time.monotonic()
    call.foreign.ask("close")
    if call.peer.hangs_up_silently:
        event = call.starling.wait_for(lambda event: event["event"] == "ice" and event["state"] == "disconnected", 10, since=mark)
        expect(event, "we did not notice within 10 s that they had gone")
        return f"they hang up without a word; we noticed by their silence, after {event['at'] - began:.1f} s"
    event = call.starling.wait_for(lambda event: event["event"] == "closed", 10, since=mark)
    expect(event, "we did not notice within 10 s that they hung up")
    return f"we noticed after {event['at'] - began:.1f} s"


def forged(call):
    """A call of its own: whoever carries the descriptions puts another certificate in the place of theirs."""
    call.starling.ask("add", kind="audio")
    call.starling.ask("add", kind="video")
    call.foreign.ask("add", kind="audio", limit=20)
    call.foreign.ask("add", kind="video", limit=20)
    call.forges = True
    call.negotiate()
    event = call.starling.wait_for(lambda event: event["event"] == "closed", 15)
    expect(event, "the call did not end within 15 s")
    expect("fingerprint" in event["reason"], f"it ended for another reason: {event['reason']}")
    expect(not call.starling.wait_for(lambda event: event["event"] == "connected", 0), "it was connected before it ended")
    packets = total([track["audit"] for track in call.ours()["tracks"]], "packets")
    expect(packets == 0, f"{packets} packets of media were taken")
    return f"refused: {event['reason']}"


def codec_cell(name):
    """A call of its own, in which our picture is a file of another codec: decoded there, by their own count."""

    def codec(call):
        for end in (call.starling, call.foreign):
            end.ask("add", kind="audio", limit=20)
            end.ask("add", kind="video", limit=20)
        call.negotiate()
        expect(call.starling.wait_for(lambda event: event["event"] == "connected", 15), "our transport was not connected within 15 s")
        sending = [track["outbound"]["codec"] for track in call.ours()["tracks"] if track["kind"] == "video"]
        expect(sending == [name], f"they do not take {name}; we send {sending}")
        # The first second belongs to whoever starts a decoder.
        call.wait_until(lambda: total(inbound(call.theirs(), "video"), "decoded") > 0, 10, "they decoded no picture of ours")
        time.sleep(1)
        progress = Progress(call)
        time.sleep(CODEC)
        progress.take()
        video, sent = check_ours(progress)
        seen = {entry.get("codec") for entry in inbound(progress.end_theirs, "video") if entry.get("codec")}
        expect(seen <= {f"video/{name}"}, f"they say that they decode {seen}")
        audits = [track["audit"] for track in tracks_of(progress.end_ours, "video")]
        whole = progress.here("video", "framesWhole")
        expect(whole > CODEC * 5, f"{whole} whole pictures of theirs in {CODEC} s")
        gaps = progress.here("video", "gaps")
        expect(gaps == 0, f"{gaps} gaps in their video")
        errors = progress.here("video", "decodeErrors")
        expect(errors == 0, f"{errors} of their pictures do not decode here")
        return f"{video}/{sent} pictures of ours decoded there, {whole} of theirs whole here ({audits[0]['codec']}), no gap"

    return codec


def thrift(call):
    """A call of its own, in which our sound keeps still in its pauses and repeats each packet in the next."""
    call.wishes_silence = True
    for end in (call.starling, call.foreign):
        end.ask("add", kind="audio", limit=20)
        end.ask("add", kind="video", limit=20)
    call.negotiate()
    expect(call.starling.wait_for(lambda event: event["event"] == "connected", 15), "our transport was not connected within 15 s")
    call.wait_until(lambda: total(inbound(call.theirs(), "audio"), "decoded") > 0, 10, "they decoded no sound of ours")
    time.sleep(1)
    progress = Progress(call)
    time.sleep(MEDIA)
    progress.take()
    sent = progress.sent_of("audio", "packetsSent")
    due = round(progress.seconds * 50)
    expect(due * 0.5 < sent < due * 0.8, f"we sent {sent} packets of sound in {progress.seconds:.0f} s, of {due} that were due")
    came, lost = progress.there("audio", "packets"), progress.there("audio", "lost")
    # The two looks at either side are a few packets apart.
    expect(came >= sent - 10, f"of {sent} packets of our sound {came} came there")
    expect(lost <= call.peer.lost_in_silence, f"they count {lost} packets of our sound as lost, of which none was")
    expect(progress.there("audio", "decoded") > 0, "they decoded none of our sound")
    seen = [f"{sent} of {due} packets sent, {lost if lost > 0 else 'none'} lost there" + (" by their count alone" if lost > 0 else "")]
    samples = progress.there("audio", "samples")
    if samples > 0:
        made_up = (progress.there("audio", "concealed") - progress.there("audio", "silent")) / samples
        expect(made_up < 0.1, f"they made up {made_up:.0%} of our sound")
        seen.append(f"{made_up:.1%} made up")
    progress = Progress(call)
    call.starling.ask("network", loss=0.05)
    time.sleep(LOSSY)
    call.starling.ask("network", loss=0)
    time.sleep(SHORT)
    progress.take()
    if not call.peer.lost_in_silence:
        expect(progress.there("audio", "lost") > 0, "they count no packet of our sound as lost, of which some were")
    expect(progress.there("audio", "decoded") > 0, "their decoder stopped")
    copies = progress.there("audio", "fec")
    if any(entry.get("fec") is not None for entry in inbound(progress.end_theirs, "audio")):
        expect(copies > 0, "they saw no redundancy in our packets")
        seen.append(f"{copies} repeated packets told there")
    return ", ".join(seen)


def layers_of(statistics, ours):
    """The layers of a simulcast that we send, or of theirs, which we receive; by rid."""
    return {layer["rid"]: layer for track in statistics["tracks"] for layer in track.get("layers") or [] if layer["sends"] == ours}


def simulcast(call):
    """A call of its own, in which our picture is sent in three sizes by rid, and theirs where they can."""
    peer = call.peer
    call.starling.ask("add", kind="audio")
    call.starling.ask("add", kind="video")
    call.foreign.ask("add", kind="audio", limit=20)
    call.foreign.ask("add", kind="video", simulcast=peer.sends_layers, limit=20)
    call.negotiate()
    expect(call.starling.wait_for(lambda event: event["event"] == "connected", 15), "our transport was not connected within 15 s")
    # A simulcast is offered by whoever sends it.
    if call.answerer is call.starling or peer.sends_layers:
        call.negotiate(by=call.answerer)
    call.wait_until(lambda: total(inbound(call.theirs(), "video"), "decoded") > 0, 10, "they decoded no picture of ours")
    if peer.sends_layers:
        # Theirs begin one by one, as their estimate of the bandwidth rises.
        call.wait_until(
            lambda: sum(layer["audit"]["decoded"] > 0 for layer in layers_of(call.ours(), ours=False).values()) == 3, 25,
            "of the layers that they send not all three came")
    time.sleep(1)
    progress = Progress(call)
    time.sleep(CODEC)
    progress.take()
    taken = {rid: layer for rid, layer in layers_of(progress.end_ours, ours=True).items() if layer["active"]}
    before = layers_of(progress.start_ours, ours=True)
    expect(list(taken) == (["q", "h", "f"] if peer.receives_layers else ["q"]), f"of our layers they take {list(taken)}")
    decoded = []
    for rid, layer in taken.items():
        sent = layer["framesSent"] - before[rid]["framesSent"]
        there = decoded_there(progress, rid if peer.receives_layers else None)
        # Whoever encodes three sizes at once decodes with what is left of the machine.
        share = 0.7 if peer.encodes else 0.9
        expect(there >= sent * share, f"of {sent} pictures of our layer {rid} they decoded {there}")
        decoded.append(f"{rid} {there}/{sent}")
    ours = " ".join(decoded) + (" of ours decoded there" if peer.receives_layers else " of ours decoded there, the one that they take")
    if not peer.sends_layers and call.we_offer:
        return f"{ours}; their one track has found its place in our section, which only sends"
    if not peer.sends_layers:
        check_theirs(progress, CODEC * 8, CODEC * 40)
        return f"{ours}; they send one stream"
    return f"{ours}; {check_their_layers(progress)}"


def decoded_there(progress, rid):
    def count(statistics):
        return total([entry for entry in inbound(statistics, "video") if rid is None or entry.get("rid") == rid], "decoded")

    return count(progress.end_theirs) - count(progress.start_theirs)


def check_their_layers(progress):
    """Each of theirs whole, decodable and of its own size."""
    start, end = layers_of(progress.start_ours, ours=False), layers_of(progress.end_ours, ours=False)
    seen = []
    for rid, layer in end.items():
        audit = layer["audit"]
        count = audit["decoded"] - start[rid]["audit"]["decoded"]
        expect(count >= CODEC * 5, f"of their layer {rid} {count} pictures decoded here in {progress.seconds:.0f} s")
        expect(audit["decodeErrors"] == 0, f"{audit['decodeErrors']} pictures of their layer {rid} do not decode here: {audit['firstError']}")
        gaps = audit["gaps"] - start[rid]["audit"]["gaps"]
        expect(gaps == 0, f"{gaps} gaps in their layer {rid}")
        seen.append(f"{rid} {count} of {audit['width']}x{audit['height']}")
    sizes = {layer["audit"]["height"] for layer in end.values()}
    expect(len(sizes) == 3, f"their layers have the heights {sorted(sizes)}")
    return "theirs here: " + ", ".join(seen) + ", no gap"


def over_tcp(call):
    """A call of its own, in which they have no UDP: we connect to where they listen."""
    told = connect(call)
    time.sleep(1)
    progress = Progress(call)
    time.sleep(CODEC)
    progress.take()
    video, sent = check_ours(progress)
    theirs, _ = check_theirs(progress, CODEC * 8, CODEC * 40)
    ice = progress.end_ours["ice"]
    pair = next((pair for pair in ice["pairs"] if pair["nominated"]), None)
    expect(pair and pair["localType"] == "tcp active" and pair["remoteType"] == "tcp passive", f"the pair in use is {pair}")
    expect(ice["streams"] == 1, f"{ice['streams']} connections instead of one")
    again = ""
    if call.peer.why_not("restart by us", "we offer" if call.we_offer else "they offer") is None:
        # The new way is a connection of its own.
        again = f"; after an ICE restart {restart_by_us(call)}"
        streams = call.ours()["ice"]["streams"]
        expect(streams == 2, f"{streams} connections instead of two")
    end = close(call, also=lambda event: event["event"] == "ice" and event["state"] in ("failed", "disconnected"))
    return f"{told}; {video}/{sent} pictures of ours decoded there, {theirs} of theirs here, no gap{again}; {end}"


# Our video file in a cell of its own codec; everywhere else it is the talking head.
CODECS = {"VP9": "pattern-vp9.ivf", "H264": "pattern.h264", "AV1": "pattern-av1.ivf"}

# Our sound, where it is not the speech.
SOUNDS = {"DTX and FEC": "speech-dtx-fec.ogg"}

# What `starling-peer` is given to play, where it is something else: layers with their rids.
LAYERS = {"simulcast": {"q": "talking-head-90p.ivf", "h": "talking-head-180p.ivf", "f": "talking-head.ivf"}}

# Cells that want a call of their own.
ALONE = {"forged fingerprint", "ICE-TCP", *CODECS, *SOUNDS, *LAYERS}

CELLS = [
    ("connect", connect),
    ("media", media),
    ("loss", loss),
    ("restart by us", restart_by_us),
    ("restart by them", restart_by_them),
    ("renegotiation", renegotiate),
    ("recycled section", recycle),
    ("glare", glare),
    ("close", close),
    ("forged fingerprint", forged),
    ("ICE-TCP", over_tcp),
    *((name, codec_cell(name)) for name in CODECS),
    ("DTX and FEC", thrift),
    ("simulcast", simulcast),
]
