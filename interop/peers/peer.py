"""What the grid asks of each kind of foreign peer."""


class Peer:
    name = ""
    # Whether its candidates come one by one and it takes ours so.
    trickles = True
    # Where both sides' sockets are bound: an address of this machine.
    address = "127.0.0.1"
    # What decodes our media there.
    codec = ""
    # Cells that it cannot do, by name or by (name, role), each with the reason.
    cannot = {}
    # Whether it resends lost packets as they were, without RTX (RFC 4588).
    resends_verbatim = False
    # How many of our pictures it decodes at least while 5 % of all datagrams are lost.
    share_under_loss = 0.85
    # Whether it hangs up without a word (neither BYE nor close_notify), so that only its silence tells.
    hangs_up_silently = False
    # Numbers that may be missing of each of its tracks after an ICE restart, and why.
    gaps_at_restart = 0
    # Whether it takes the layers of a simulcast that we send, and whether it sends some itself.
    receives_layers = False
    sends_layers = False
    # Packets that it may take for lost in ten seconds with silence in which nothing is sent, and why; such a count says nothing of loss either.
    lost_in_silence = 0
    # Whether it encodes what it sends, rather than playing files.
    encodes = True
    # Whether an offer that comes on top of its own takes its own back (W3C webrtc-pc, perfect negotiation).
    rolls_back_by_itself = False

    @staticmethod
    def notices(event):
        """Whether an event says that the far side has hung up."""
        return event["event"] in ("state", "dtls") and event["state"] == "closed"

    def missing(self):
        """What is missing to start it, in words, or None."""
        return None

    def prepare(self, folder):
        """Builds what has to be built, once."""

    def version(self):
        raise NotImplementedError

    def start(self, log, codec):
        """A Conversation with a new one."""
        raise NotImplementedError

    def start_over_tcp(self, log):
        """The same, but it has no UDP, and listens for connections (RFC 6544, passive)."""
        raise NotImplementedError

    def why_not(self, cell, role):
        return self.cannot.get((cell, role), self.cannot.get(cell))
