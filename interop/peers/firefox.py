"""Firefox ESR, headless, with its fake camera and microphone."""

import pathlib
import shutil
import subprocess

from network import ADDRESS
from peers.browser import Page
from peers.peer import Peer

PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    "media.gmp-manager.updateEnabled": False,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
}


class Firefox(Peer):
    name = "Firefox"
    trickles = True
    rolls_back_by_itself = True
    # libwebrtc in a browser receives no simulcast: it answers one with a single stream.
    sends_layers = True
    codec = "VP8, VP9, AV1 and Opus of libwebrtc"
    cannot = {
        "H264": "it has H.264 in calls only with the OpenH264 plugin, which it would have to download",
        "ICE-TCP": "it connects itself, and listens for nobody, as we do",
    }
    # Whether its candidates have names of multicast DNS in the place of addresses.
    hides_addresses = False

    # Its content process is told of no loopback addresses, whatever its preferences say, and it pairs none with others.
    address = ADDRESS

    def missing(self):
        return None if shutil.which("firefox-esr") else "the program 'firefox-esr' is not installed"

    def version(self):
        words = subprocess.run(["firefox-esr", "--version"], capture_output=True, text=True, timeout=30).stdout.split()
        return next((word for word in words if word[:1].isdigit()), "unknown")

    def start(self, log, codec):
        def launch(profile, url):
            preferences = PREFERENCES | {"media.peerconnection.ice.obfuscate_host_addresses": self.hides_addresses}
            spell = lambda value: f'"{value}"' if isinstance(value, str) else str(value).lower()
            lines = [f'user_pref("{name}", {spell(value)});' for name, value in preferences.items()]
            (pathlib.Path(profile) / "user.js").write_text("\n".join(lines) + "\n")
            url += "&drawn" if self.hides_addresses else ""
            return ["firefox-esr", "--headless", "--no-remote", "--profile", profile, url], {"HOME": profile}

        return Page(self.name, launch, log)
