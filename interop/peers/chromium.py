"""Chromium, headless, with its fake camera and microphone."""

import shutil
import subprocess

from network import ADDRESS
from peers.browser import Page
from peers.peer import Peer


class Chromium(Peer):
    name = "Chromium"
    trickles = True
    rolls_back_by_itself = True
    cannot = {"ICE-TCP": "it connects itself, and listens for nobody, as we do"}
    # libwebrtc in a browser receives no simulcast: it answers one with a single stream.
    sends_layers = True
    codec = "VP8, VP9, AV1, H.264 and Opus of libwebrtc"
    # Whether its candidates have names of multicast DNS in the place of addresses.
    hides_addresses = False

    # With a loopback beside another network it prefers the cheaper one even where that belongs to a generation before an ICE restart.
    address = ADDRESS

    def missing(self):
        return None if shutil.which("chromium") else "the program 'chromium' is not installed"

    def version(self):
        words = subprocess.run(["chromium", "--version"], capture_output=True, text=True, timeout=30).stdout.split()
        return next((word for word in words if word[:1].isdigit()), "unknown")

    def start(self, log, codec):
        def launch(profile, url):
            return [
                "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", f"--user-data-dir={profile}",
                "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                *([] if self.hides_addresses else ["--disable-features=WebRtcHideLocalIpsWithMdns"]), "--autoplay-policy=no-user-gesture-required",
                "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
                "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
                *(["--allow-loopback-in-peer-connection"] if self.address == "127.0.0.1" else []),
                url + ("&drawn" if self.hides_addresses else ""),
            ], {}

        return Page(self.name, launch, log)
