"""One webrtcbin of GStreamer, driven by JSON lines: sends a moving picture and a tone, decodes what it receives.

With `tcp` it has no UDP, and listens for connections (RFC 6544, passive).
"""

import json
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("Nice", "0.1")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC, Nice  # noqa: E402

PICTURES = "videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=320,height=240,framerate=20/1 ! "
# By the codec of the call: encoder and payload of what is sent, and the caps that webrtcbin offers.
ENCODERS = {
    "VP8": ("vp8enc name=encoder deadline=1 cpu-used=8 target-bitrate=400000 keyframe-max-dist=100 ! rtpvp8pay picture-id-mode=2", "payload=96"),
    "VP9": ("vp9enc name=encoder deadline=1 cpu-used=8 target-bitrate=400000 keyframe-max-dist=100 ! rtpvp9pay picture-id-mode=2", "payload=98"),
    "H264": ("openh264enc name=encoder bitrate=400000 gop-size=100 ! video/x-h264,profile=constrained-baseline ! "
             "rtph264pay config-interval=-1 aggregate-mode=zero-latency",
             "payload=102,packetization-mode=(string)1,profile-level-id=(string)42e01f,level-asymmetry-allowed=(string)1"),
}
AUDIO = ("audiotestsrc is-live=true wave=sine freq=440 volume=0.3 ! audio/x-raw,rate=48000,channels=2 ! opusenc ! "
         "rtpopuspay ! application/x-rtp,media=audio,encoding-name=OPUS,payload=111,clock-rate=48000,encoding-params=(string)2 ! identity name=out")
# By the encoding name of what comes: how it is decoded.
DECODERS = {
    "VP8": "rtpvp8depay request-keyframe=true wait-for-keyframe=true ! vp8dec",
    "VP9": "rtpvp9depay request-keyframe=true wait-for-keyframe=true ! vp9dec",
    "H264": "rtph264depay request-keyframe=true wait-for-keyframe=true ! h264parse ! openh264dec",
    "OPUS": "rtpopusdepay ! opusdec",
}


def source(kind, codec):
    if kind == "audio":
        return AUDIO
    encoder, caps = ENCODERS[codec]
    return PICTURES + encoder + f" ! application/x-rtp,media=video,encoding-name={codec},{caps},clock-rate=90000 ! identity name=out"


def write(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


class Failure(Exception):
    pass


class Program:
    def __init__(self, codec):
        Gst.init(None)
        self.codec = codec
        self.pipeline = Gst.Pipeline.new("peer")
        self.webrtc = Gst.ElementFactory.make("webrtcbin", "webrtc")
        self.webrtc.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
        self.webrtc.set_property("latency", 200)
        self.pipeline.add(self.webrtc)
        # libnice gathers no loopback addresses by itself; nothing of this test shall leave the machine.
        address = Nice.Address.new()
        address.set_from_string("127.0.0.1")
        # Kept, because webrtcbin's own reference to its agent is a floating one, which the binding takes over.
        self.agent = self.webrtc.get_property("ice-agent")
        self.nice = self.agent.get_property("agent")
        self.nice.add_local_address(address)
        self.nice.set_property("upnp", False)
        over_tcp = sys.argv[2:] == ["tcp"]
        self.nice.set_property("ice-tcp", over_tcp)
        self.nice.set_property("ice-udp", not over_tcp)
        self.sent = []
        self.received = []
        self.lock = threading.Lock()
        self.webrtc.connect("on-ice-candidate", self.on_candidate)
        self.webrtc.connect("pad-added", self.on_pad)
        self.webrtc.connect("notify::connection-state", self.on_state)
        self.webrtc.connect("notify::ice-connection-state", self.on_ice)
        self.webrtc.connect("on-new-transceiver", self.on_transceiver)
        self.webrtc.get_by_name("rtpbin").connect("on-bye-ssrc", lambda _, session, ssrc: write({"event": "goodbye", "ssrc": ssrc}))
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::error", self.on_error)
        self.pipeline.set_state(Gst.State.PLAYING)

    # Events.

    def on_error(self, _, message):
        error, debug = message.parse_error()
        write({"event": "failed", "reason": f"{error.message}: {debug}"})

    def on_candidate(self, _, line, candidate):
        write({"event": "candidate", "candidate": candidate, "line": line})

    def on_state(self, *_):
        write({"event": "state", "state": self.webrtc.get_property("connection-state").value_nick})

    def on_ice(self, *_):
        write({"event": "ice", "state": self.webrtc.get_property("ice-connection-state").value_nick})

    def on_transceiver(self, _, transceiver):
        self.repair(transceiver)

    @staticmethod
    def repair(transceiver):
        """NACK and RTX for pictures; sound that came again would be too late."""
        transceiver.set_property("do-nack", transceiver.get_property("kind") == GstWebRTC.WebRTCKind.VIDEO)

    def on_pad(self, _, pad):
        if pad.get_direction() != Gst.PadDirection.SRC:
            return
        structure = pad.get_current_caps().get_structure(0)
        kind = structure.get_string("media")
        transceiver = pad.get_property("transceiver")
        one = {"kind": kind, "mid": transceiver and transceiver.get_property("mid"), "decoded": 0, "freezes": 0, "last": None,
               "ssrc": structure.get_value("ssrc") if structure.has_field("ssrc") else None}
        encoding = structure.get_string("encoding-name")
        one["codec"] = f"{kind}/{encoding}"
        if encoding not in DECODERS:
            return write({"event": "failed", "reason": f"nothing here decodes {encoding}"})
        chain = Gst.parse_bin_from_description(f"queue ! {DECODERS[encoding]} ! fakesink sync=false name=sink", True)
        self.pipeline.add(chain)
        sink = chain.get_by_name("sink").get_static_pad("sink")

        def count(_, info):
            now = GLib.get_monotonic_time()
            with self.lock:
                one["decoded"] += 1
                if kind == "video" and one["last"] and now - one["last"] > 500_000:
                    one["freezes"] += 1
                one["last"] = now
            return Gst.PadProbeReturn.OK

        def end(_, info):
            if info.get_event().type == Gst.EventType.EOS:
                write({"event": "ended", "kind": kind, "mid": one["mid"]})
            return Gst.PadProbeReturn.OK

        sink.add_probe(Gst.PadProbeType.BUFFER, count)
        sink.add_probe(Gst.PadProbeType.EVENT_DOWNSTREAM, end)
        with self.lock:
            self.received.append(one)
        chain.sync_state_with_parent()
        pad.link(chain.get_static_pad("sink"))
        write({"event": "track", "kind": kind, "mid": one["mid"]})

    # Commands.

    def wait(self, name, *arguments):
        promise = Gst.Promise.new()
        self.webrtc.emit(name, *arguments, promise)
        if promise.wait() != Gst.PromiseResult.REPLIED:
            raise Failure(f"{name} was not answered")
        reply = promise.get_reply()
        if reply is not None and reply.has_field("error"):
            raise Failure(f"{name}: {reply.get_value('error').message}")
        return reply

    def describe(self, name):
        reply = self.wait(name, None)
        field = name.split("-")[1]
        description = reply.get_value(field)
        self.wait("set-local-description", description)
        return {"type": field, "sdp": description.sdp.as_text()}

    def add(self, kind, **_):
        chain = Gst.parse_bin_from_description(source(kind, self.codec), False)
        out = chain.get_by_name("out").get_static_pad("src")
        ghost = Gst.GhostPad.new("src", out)
        ghost.set_active(True)
        chain.add_pad(ghost)
        self.pipeline.add(chain)
        sink = self.webrtc.request_pad_simple("sink_%u")
        one = {"kind": kind, "chain": chain, "sink": sink, "ghost": ghost, "transceiver": sink.get_property("transceiver"), "frames": 0}
        one["transceiver"].set_property("do-nack", kind == "video")

        def count(*_):
            one["frames"] += 1
            return Gst.PadProbeReturn.OK

        out.add_probe(Gst.PadProbeType.BUFFER, count)
        if ghost.link(sink) != Gst.PadLinkReturn.OK:
            raise Failure("webrtcbin takes no more sources")
        chain.sync_state_with_parent()
        self.sent.append(one)
        return {"track": len(self.sent) - 1}

    def remove(self, track, **_):
        one = self.sent[track]
        done = threading.Event()

        def blocked(pad, _):
            pad.unlink(one["sink"])
            done.set()
            return Gst.PadProbeReturn.REMOVE

        one["ghost"].add_probe(Gst.PadProbeType.BLOCK_DOWNSTREAM, blocked)
        done.wait(3)
        one["transceiver"].set_property("direction", GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY)
        one["chain"].set_state(Gst.State.NULL)
        self.pipeline.remove(one["chain"])
        return {}

    def offer(self, **_):
        return self.describe("create-offer")

    def remote(self, type, sdp, **_):
        _, message = GstSdp.SDPMessage.new_from_text(sdp)
        kind = {"offer": GstWebRTC.WebRTCSDPType.OFFER, "answer": GstWebRTC.WebRTCSDPType.ANSWER}[type]
        self.wait("set-remote-description", GstWebRTC.WebRTCSessionDescription.new(kind, message))
        return self.describe("create-answer") if type == "offer" else {}

    def candidate(self, candidate, **_):
        if candidate:
            self.webrtc.emit("add-ice-candidate", 0, candidate)
        return {}

    def statistics(self, **_):
        report = self.wait("get-stats", None)
        rtp = {}
        for index in range(report.n_fields()):
            entry = report.get_value(report.nth_field_name(index))
            if isinstance(entry, Gst.Structure) and entry.get_name() == "inbound-rtp" or \
                    isinstance(entry, Gst.Structure) and entry.has_field("packets-received"):
                if entry.has_field("ssrc"):
                    rtp[entry.get_value("ssrc")] = entry
        with self.lock:
            inbound = []
            for one in self.received:
                entry = rtp.get(one["ssrc"])
                inbound.append({
                    "kind": one["kind"], "codec": one["codec"], "mid": one["mid"], "decoded": one["decoded"], "freezes": one["freezes"],
                    "packets": entry.get_value("packets-received") if entry else None,
                    "lost": entry.get_value("packets-lost") if entry and entry.has_field("packets-lost") else None,
                })
        outbound = [{"kind": one["kind"], "frames": one["frames"]} for one in self.sent]
        return {"inbound": inbound, "outbound": outbound, "state": self.webrtc.get_property("connection-state").value_nick}

    def close(self, **_):
        self.pipeline.set_state(Gst.State.NULL)
        return {}

    def obey(self, command):
        number, do = command.pop("id", None), command.pop("do", "")
        if do not in ("add", "remove", "offer", "remote", "candidate", "statistics", "close"):
            return write({"id": number, "error": f"webrtcbin has nothing for '{do}'"})
        try:
            write({"id": number, "ok": True, **getattr(self, do)(**command)})
        except Exception as error:
            write({"id": number, "error": f"{type(error).__name__}: {error}"})


def main():
    program = Program(sys.argv[1] if len(sys.argv) > 1 else "VP8")
    loop = GLib.MainLoop()

    def read():
        for line in sys.stdin:
            program.obey(json.loads(line))
        loop.quit()

    threading.Thread(target=read, daemon=True).start()
    # Nobody is left to drive it after this long.
    GLib.timeout_add_seconds(600, loop.quit)
    loop.run()


if __name__ == "__main__":
    main()
