"""aiortc, as Debian packages it: a Python program of ours around one RTCPeerConnection."""

import pathlib
import subprocess
import sys

from peers.peer import Peer
from speaker import Program

PROGRAM = pathlib.Path(__file__).resolve().parent.parent / "programs" / "aiortc_peer.py"


class Aiortc(Peer):
    name = "aiortc"
    trickles = False
    codec = "libvpx and libopus in aiortc"
    cannot = {
        "ICE-TCP": "it has no ICE over TCP",
        "restart by us": "aiortc takes no other ICE credentials than its first",
        "restart by them": "aiortc has no ICE restart",
        "recycled section": "aiortc refuses m-sections of port 0",
        ("glare", "we offer"): "aiortc has no rollback",
        "VP9": "aiortc knows VP8 and H.264 alone",
        "AV1": "aiortc knows VP8 and H.264 alone",
    }

    @staticmethod
    def notices(event):
        """Its tracks end with RTCP BYE."""
        return event["event"] == "ended"

    def missing(self):
        done = subprocess.run([sys.executable, "-c", "import aiortc, numpy"], capture_output=True, timeout=60)
        return None if done.returncode == 0 else "python3-aiortc is not installed"

    def version(self):
        return subprocess.run(
            [sys.executable, "-c", "import aiortc; print(aiortc.__version__)"], capture_output=True, text=True,
            timeout=60).stdout.strip()

    def start(self, log, codec):
        return Program(self.name, [sys.executable, str(PROGRAM)], log)
