"""GStreamer's webrtcbin with libnice: a Python program of ours around one pipeline."""

import pathlib
import subprocess
import sys

from peers.peer import Peer
from speaker import Program

PROGRAM = pathlib.Path(__file__).resolve().parent.parent / "programs" / "gstreamer_peer.py"
PROBE = """
import gi
for name, version in (("Gst", "1.0"), ("GstSdp", "1.0"), ("GstWebRTC", "1.0"), ("Nice", "0.1")):
    gi.require_version(name, version)
from gi.repository import Gst
Gst.init(None)
missing = [name for name in ("webrtcbin", "nicesrc", "vp8enc", "vp9enc", "openh264enc", "opusenc", "rtpvp8pay", "rtpvp9pay", "rtph264pay", "dtlsenc", "srtpenc")
           if not Gst.ElementFactory.find(name)]
print(*missing) if missing else print(".".join(map(str, Gst.version()[:3])))
"""


class GStreamer(Peer):
    name = "GStreamer"
    trickles = True
    hangs_up_silently = True
    # Its jitter buffer waits for packets when none is sent, and counts what it gave up; all come.
    lost_in_silence = 20
    cannot = {
        "AV1": "this version has no RTP payload of AV1",
        "restart by us": "this version answers an ICE restart with its old credentials",
        "restart by them": "this version has no ICE restart",
        "recycled section": "this version has no way to stop a transceiver, and says of changed directions: not implemented",
        ("glare", "we offer"): "this version has no rollback",
    }
    codec = "libvpx, OpenH264 and libopus in GStreamer"

    @staticmethod
    def notices(event):
        """This version says nothing of a close_notify; its RTP sessions do of BYE."""
        return event["event"] == "goodbye"

    def missing(self):
        done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            return "GStreamer's Python bindings are not installed: " + done.stderr.strip().splitlines()[-1]
        return None if done.stdout[:1].isdigit() else f"elements are not installed: {done.stdout.strip()}"

    def version(self):
        return subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, timeout=60).stdout.strip()

    def start(self, log, codec):
        return Program(self.name, [sys.executable, str(PROGRAM), codec], log)

    def start_over_tcp(self, log):
        return Program(self.name, [sys.executable, str(PROGRAM), "VP8", "tcp"], log)
