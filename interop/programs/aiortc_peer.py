"""One RTCPeerConnection of aiortc, driven by JSON lines: sends a moving picture and a tone, decodes what it receives."""

import asyncio
import fractions
import json
import math
import sys
import time

import aioice.ice
import aiortc
import numpy
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.sdp import candidate_from_sdp
from av import AudioFrame, VideoFrame

# aioice gathers no loopback addresses by itself; nothing of this test shall leave the machine.
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


def write(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


class Clocked(MediaStreamTrack):
    """A frame every `ticks` of a clock, in real time."""

    def __init__(self, rate, ticks):
        super().__init__()
        self.rate, self.ticks = rate, ticks
        self.count = 0
        self.start = None

    async def next_time(self):
        if self.readyState != "live":
            raise MediaStreamError
        if self.start is None:
            self.start = time.time()
        timestamp = self.count * self.ticks
        self.count += 1
        wait = self.start + timestamp / self.rate - time.time()
        if wait > 0:
            await asyncio.sleep(wait)
        return timestamp


class MovingPicture(Clocked):
    kind = "video"

    def __init__(self):
        super().__init__(90000, 90000 // 20)
        ramp = numpy.arange(320, dtype=numpy.uint8)
        self.picture = numpy.repeat(numpy.tile(ramp, (240, 1))[:, :, None], 3, axis=2)

    async def recv(self):
        timestamp = await self.next_time()
        frame = VideoFrame.from_ndarray(numpy.ascontiguousarray(numpy.roll(self.picture, self.count * 3, axis=1)), format="bgr24")
        frame.pts, frame.time_base = timestamp, fractions.Fraction(1, 90000)
        return frame


class Tone(Clocked):
    kind = "audio"

    def __init__(self):
        super().__init__(48000, 960)
        self.samples = numpy.array([int(8000 * math.sin(2 * math.pi * 440 * n / 48000)) for n in range(48000)], dtype=numpy.int16)

    async def recv(self):
        timestamp = await self.next_time()
        place = timestamp % 48000
        frame = AudioFrame(format="s16", layout="mono", samples=960)
        frame.planes[0].update(self.samples[place:place + 960].tobytes())
        frame.pts, frame.sample_rate, frame.time_base = timestamp, 48000, fractions.Fraction(1, 48000)
        return frame


class Received:
    """Takes every decoded frame of one track, so that nothing piles up."""

    def __init__(self, track, transceiver):
        self.track, self.transceiver = track, transceiver
        self.decoded = self.freezes = self.loudest = self.width = 0
        self.last = None
        self.task = asyncio.ensure_future(self.drain())

    async def drain(self):
        while True:
            try:
                frame = await self.track.recv()
            except MediaStreamError:
                write({"event": "ended", "kind": self.track.kind, "mid": self.transceiver and self.transceiver.mid})
                return
            self.decoded += 1
            now = time.monotonic()
            if self.track.kind == "video":
                self.width = frame.width
                if self.last and now - self.last > 0.5:
                    self.freezes += 1
            else:
                self.loudest = max(self.loudest, int(abs(frame.to_ndarray()).max()))
            self.last = now


class Program:
    def __init__(self):
        self.peer = aiortc.RTCPeerConnection()
        self.sent = []
        self.received = []

        @self.peer.on("track")
        def on_track(track):
            transceiver = next((one for one in self.peer.getTransceivers() if one.receiver.track is track), None)
            self.received.append(Received(track, transceiver))
            write({"event": "track", "kind": track.kind, "mid": transceiver and transceiver.mid})

        @self.peer.on("connectionstatechange")
        def on_state():
            write({"event": "state", "state": self.peer.connectionState})

        @self.peer.on("iceconnectionstatechange")
        def on_ice():
            write({"event": "ice", "state": self.peer.iceConnectionState})

    async def add(self, kind, **_):
        track = MovingPicture() if kind == "video" else Tone()
        self.sent.append((self.peer.addTrack(track), track))
        return {"track": len(self.sent) - 1}

    async def remove(self, track, **_):
        sender, source = self.sent[track]
        transceiver = next(one for one in self.peer.getTransceivers() if one.sender is sender)
        sender.replaceTrack(None)
        source.stop()
        transceiver.direction = "recvonly" if transceiver.direction in ("sendrecv", "recvonly") else "inactive"
        return {}

    async def offer(self, **_):
        await self.peer.setLocalDescription(await self.peer.createOffer())
        return {"type": "offer", "sdp": self.peer.localDescription.sdp}

    async def remote(self, type, sdp, **_):
        await self.peer.setRemoteDescription(aiortc.RTCSessionDescription(sdp=sdp, type=type))
        if type != "offer":
            return {}
        await self.peer.setLocalDescription(await self.peer.createAnswer())
        return {"type": "answer", "sdp": self.peer.localDescription.sdp}

    async def candidate(self, candidate, mid=None, **_):
        if candidate:
            one = candidate_from_sdp(candidate.split(":", 1)[-1])
            one.sdpMid, one.sdpMLineIndex = mid, 0 if mid is None else None
            await self.peer.addIceCandidate(one)
        return {}

    async def statistics(self, **_):
        inbound = []
        for one in self.received:
            report = await one.transceiver.receiver.getStats() if one.transceiver else {}
            rtp = next((entry for entry in report.values() if entry.type == "inbound-rtp"), None)
            inbound.append({
                "kind": one.track.kind, "mid": one.transceiver and one.transceiver.mid, "decoded": one.decoded,
                "freezes": one.freezes, "width": one.width, "loudest": one.loudest,
                "packets": rtp and rtp.packetsReceived, "lost": rtp and rtp.packetsLost,
            })
        outbound = []
        for sender, source in self.sent:
            report = await sender.getStats()
            rtp = next((entry for entry in report.values() if entry.type == "outbound-rtp"), None)
            outbound.append({"kind": source.kind, "packets": rtp and rtp.packetsSent, "frames": source.count})
        return {"inbound": inbound, "outbound": outbound, "state": self.peer.connectionState}

    async def close(self, **_):
        await self.peer.close()
        return {}

    async def obey(self, command):
        number = command.pop("id", None)
        do = command.pop("do", "")
        if do not in ("add", "remove", "offer", "remote", "candidate", "statistics", "close"):
            return write({"id": number, "error": f"aiortc has nothing for '{do}'"})
        try:
            write({"id": number, "ok": True, **await getattr(self, do)(**command)})
        except Exception as error:
            write({"id": number, "error": f"{type(error).__name__}: {error}"})


async def main():
    reader = asyncio.StreamReader(limit=1 << 20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    program = Program()
    while line := await reader.readline():
        await program.obey(json.loads(line))
    await program.peer.close()


if __name__ == "__main__":
    try:
        # Nobody is left to drive it after this long.
        asyncio.run(asyncio.wait_for(main(), 600))
    except (asyncio.TimeoutError, KeyboardInterrupt):
        sys.exit(3)
