"""Pion, as Debian packages it: a Go program of ours around one PeerConnection."""

import os
import pathlib
import shutil
import subprocess
import tempfile

from peers.peer import Peer
from speaker import Program

HERE = pathlib.Path(__file__).resolve().parent.parent
ROOT = HERE.parent
LIBRARY = "/usr/share/gocode/src/github.com/pion/webrtc"


class PionProgram(Program):
    """Pion decodes nothing, so the frames that it wrote are decoded here, by FFmpeg's libraries, when somebody asks."""

    def __init__(self, name, command, log, folder):
        super().__init__(name, command, log)
        self._folder = folder

    def ask(self, do, limit=10.0, **fields):
        answer = super().ask(do, limit, **fields)
        if do == "statistics":
            for track in answer["inbound"]:
                track["decoded"] = decode(track["path"]) if track["kind"] == "video" else track["frames"]
        return answer

    def stop(self):
        super().stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def decode(path):
    """How many frames of a file, which may still grow, decode before the first that does not."""
    import av

    # A file that has no frame yet is no news.
    av.logging.set_level(av.logging.PANIC)
    count = 0
    try:
        with av.open(path) as container:
            for _ in container.decode(video=0):
                count += 1
    except av.AVError:
        pass
    return count


class Pion(Peer):
    name = "Pion"
    trickles = True
    resends_verbatim = True
    receives_layers = True
    sends_layers = True
    encodes = False
    # It closes its old sockets before it has new ones, so that what it sends meanwhile is lost.
    gaps_at_restart = 100
    cannot = {
        "DTX and FEC": "Pion has no decoder of Opus",
        "recycled section": "this version stops a transceiver with a=inactive and answers a section of port 0 with another port",
        ("glare", "we offer"): "this version's SetLocalDescription refuses a rollback",
    }
    codec = "whole frames, which FFmpeg decodes (AV1 with libdav1d); Opus is counted by packets"

    @staticmethod
    def notices(event):
        """This version tells its application of a close_notify only where there are data channels; of BYE it does."""
        return event["event"] == "goodbye"

    def missing(self):
        if not shutil.which("go"):
            return "the program 'go' is not installed"
        return None if os.path.isdir(LIBRARY) else "golang-github-pion-webrtc.v3-dev is not installed"

    def prepare(self, folder):
        # Debian ships Pion as sources for GOPATH mode; the go.mod of one line lets import paths that end in /v3 resolve.
        path = folder / "go"
        source = path / "src" / "pionpeer"
        source.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / "programs" / "pion" / "main.go", source / "main.go")
        (source / "go.mod").write_text("module pionpeer\n")
        self.program = path / "pion-peer"
        (path / "cache").mkdir(exist_ok=True)
        done = subprocess.run(
            ["go", "build", "-o", str(self.program), "."], cwd=source, capture_output=True, text=True, timeout=300,
            env={**os.environ, "GO111MODULE": "off", "GOPATH": f"{path}:/usr/share/gocode", "GOCACHE": str(path / "cache"),
                 "GOFLAGS": ""})
        if done.returncode != 0:
            raise RuntimeError(f"go build: {done.stderr.strip()[-800:]}")

    def version(self):
        words = subprocess.run(
            ["dpkg-query", "-W", "-f", "${Version}", "golang-github-pion-webrtc.v3-dev"], capture_output=True, text=True)
        return words.stdout.split("-")[0] or "unknown"

    def start(self, log, codec, *more):
        folder = tempfile.mkdtemp(prefix="interop-pion-")
        fixtures = ROOT / "fixtures"
        return PionProgram(
            self.name, [str(self.program), str(fixtures / "speech.ogg"), str(fixtures / "talking-head.ivf"), folder, *more],
            log, folder)

    def start_over_tcp(self, log):
        return self.start(log, "VP8", "tcp")
