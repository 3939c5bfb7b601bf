"""One call between starling-peer and a foreign peer: who carries descriptions and candidates, and what was counted."""

import re
import threading
import time

from speaker import Refused, Silent


class Failed(Exception):
    """A cell does not hold; the text says what was seen."""


def expect(holds, text):
    if not holds:
        raise Failed(text)


class Call:
    """`we_offer` says who makes the offers, and so who adds tracks, and who hangs up."""

    def __init__(self, starling, foreign, peer, we_offer):
        self.starling, self.foreign, self.peer, self.we_offer = starling, foreign, peer, we_offer
        self.offerer, self.answerer = (starling, foreign) if we_offer else (foreign, starling)
        # Our ICE user fragments of the present generation.
        self.known = set()
        # Whether their fingerprint is changed on its way to us.
        self.forges = False
        # Whether they are made to wish for no packets of silence, as applications do that change descriptions on their way.
        self.wishes_silence = False
        self._stop = threading.Event()
        self._carriers = [threading.Thread(target=self._carry, args=pair, daemon=True)
                          for pair in ((foreign, starling), (starling, foreign))]
        # Each side's first description gives the candidates a place to go to.
        self._described = {starling: threading.Event(), foreign: threading.Event()}
        for carrier in self._carriers:
            carrier.start()

    def _carry(self, source, target):
        """Candidates, one by one, in order, to a target that has the description they belong to."""
        if target is self.foreign and not self.peer.trickles:
            return
        seen = 0
        while not self._stop.is_set():
            event = source.wait_for(lambda event: event["event"] == "candidate", 0.5, since=seen)
            if event is None:
                continue
            seen = source.events.index(event) + 1
            # Nothing of a call leaves this machine.
            address = "".join(event["candidate"].split()[4:5])
            if address != self.peer.address and not address.endswith(".local"):
                continue
            while not self._described[target].wait(0.5):
                if self._stop.is_set():
                    return
            try:
                target.ask("candidate", candidate=event["candidate"], mid=event.get("mid"))
            except (Refused, Silent):
                pass

    def end(self):
        self._stop.set()

    # Descriptions.

    def negotiate(self, by=None, restart=False):
        """One offer and its answer; the offer and answer as they were."""
        by = by or self.offerer
        other = self.foreign if by is self.starling else self.starling
        offer = by.ask("offer", restart=restart)
        return offer["sdp"], self.answer(offer["sdp"], by, other)

    def answer(self, offer, by, other):
        answer = other.ask("remote", type="offer", sdp=self.carried(offer, by), limit=20)
        self._described[other].set()
        # As over any real way: candidates and checks are there before the answer.
        time.sleep(0.2)
        by.ask("remote", type="answer", sdp=self.carried(answer["sdp"], other), limit=20)
        self._described[by].set()
        return answer["sdp"]

    def carried(self, sdp, source):
        """Our first answer, where the other side takes candidates one by one, without any: so that these are tried too."""
        if source is self.foreign and self.forges:
            return re.sub(r"(a=fingerprint:sha-256 )(?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}", r"\g<1>" + ":".join(["AB"] * 32), sdp)
        if source is self.foreign and self.wishes_silence:
            opus = re.search(r"a=rtpmap:(\d+) opus/48000", sdp, re.IGNORECASE)
            line = f"a=fmtp:{opus.group(1)} " if opus else None
            if line and line in sdp:
                return sdp.replace(line, line + "usedtx=1;")
            return sdp.replace(opus.group(0), f"{line}usedtx=1\r\n{opus.group(0)}") if opus else sdp
        if source is self.starling and self.peer.trickles and not self.we_offer and not self._described[self.foreign].is_set():
            return re.sub(r"a=candidate:[^\r\n]*\r?\n", "", sdp)
        return sdp

    # Counters.

    def ours(self):
        return self.starling.ask("statistics")

    def theirs(self):
        return self.foreign.ask("statistics", limit=20)

    def wait_until(self, holds, limit, what):
        deadline = time.monotonic() + limit
        while True:
            seen = holds()
            if seen:
                return seen
            expect(time.monotonic() < deadline, f"{what} within {limit:g} s")
            time.sleep(0.2)


def tracks_of(statistics, kind, live=True):
    """Our receiving tracks of a kind that has an audit, the live ones or all."""
    return [
        track for track in statistics["tracks"]
        if track["kind"] == kind and track["audit"] and (not live or track["direction"] in ("sendrecv", "recvonly"))
    ]


def total(entries, key):
    return sum(entry.get(key) or 0 for entry in entries)


def inbound(statistics, kind):
    return [entry for entry in statistics["inbound"] if entry["kind"] == kind]


def outbound(statistics, kind):
    return [entry for entry in statistics["outbound"] if entry["kind"] == kind]


class Progress:
    """What happened between two looks at both sides."""

    def __init__(self, call):
        self.call = call
        self.start_ours, self.start_theirs = call.ours(), call.theirs()
        self.started = time.monotonic()

    def take(self):
        self.end_ours, self.end_theirs = self.call.ours(), self.call.theirs()
        self.seconds = time.monotonic() - self.started
        return self

    def here(self, kind, key):
        """Of theirs, audited here."""
        return self._delta(
            lambda statistics: [track["audit"] for track in tracks_of(statistics, kind, live=False)], key,
            self.start_ours, self.end_ours)

    def repairs_here(self, key):
        return self._delta(
            lambda statistics: [track["inbound"] for track in statistics["tracks"]], key, self.start_ours, self.end_ours)

    def sent(self, key):
        """Of ours, counted here on sending."""
        return self._delta(
            lambda statistics: [track["outbound"] for track in statistics["tracks"]], key, self.start_ours, self.end_ours)

    def sent_of(self, kind, key):
        return self._delta(
            lambda statistics: [track["outbound"] for track in statistics["tracks"] if track["kind"] == kind], key,
            self.start_ours, self.end_ours)

    def there(self, kind, key):
        """Of ours, by their own statistics."""
        return self._delta(lambda statistics: inbound(statistics, kind), key, self.start_theirs, self.end_theirs)

    @staticmethod
    def _delta(entries, key, start, end):
        return total(entries(end), key) - total(entries(start), key)
