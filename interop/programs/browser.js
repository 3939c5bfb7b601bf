// One RTCPeerConnection, driven by commands that the runner's HTTP server hands out one by one.

const params = new URLSearchParams(location.search);
const token = params.get("token");

async function say(message) {
  await fetch(`say?token=${token}`, { method: "POST", body: JSON.stringify(message) });
}

const peer = new RTCPeerConnection();
const added = [];
const received = [];
const players = new Map();

peer.onicecandidate = ({ candidate }) => {
  if (candidate) say({ event: "candidate", candidate: candidate.candidate, mid: candidate.sdpMid });
};
peer.onconnectionstatechange = () => say({ event: "state", state: peer.connectionState });
peer.oniceconnectionstatechange = () => say({ event: "ice", state: peer.iceConnectionState });
peer.ontrack = ({ track, transceiver }) => {
  received.push({ track, mid: transceiver.mid });
  // A track is only decoded while something plays it.
  const player = document.createElement(track.kind === "video" ? "video" : "audio");
  player.autoplay = true;
  player.muted = true;
  player.srcObject = new MediaStream([track]);
  document.body.append(player);
  player.play().catch(() => {});
  players.set(track.id, player);
  track.onmute = () => say({ event: "mute", kind: track.kind, mid: transceiver.mid });
  track.onended = () => say({ event: "ended", kind: track.kind, mid: transceiver.mid });
  say({ event: "track", kind: track.kind, mid: transceiver.mid });
};

function watchTransport() {
  for (const { transport } of [...peer.getSenders(), ...peer.getReceivers()]) {
    if (!transport || transport.watched) continue;
    transport.watched = true;
    transport.onstatechange = () => say({ event: "dtls", state: transport.state });
  }
}

// A page that was given a camera or a microphone is told its addresses; one that draws and hums itself is not.
function drawn() {
  const canvas = document.createElement("canvas");
  canvas.width = 640;
  canvas.height = 360;
  const context = canvas.getContext("2d");
  let frame = 0;
  setInterval(() => {
    frame += 1;
    context.fillStyle = `hsl(${(frame * 3) % 360} 80% 50%)`;
    context.fillRect((frame * 7) % 640, (frame * 5) % 360, 120, 90);
  }, 33);
  return canvas.captureStream(30);
}

function hummed() {
  const context = new AudioContext();
  const tone = context.createOscillator();
  const sink = context.createMediaStreamDestination();
  tone.connect(sink);
  tone.start();
  return sink.stream;
}

async function source(kind, width = 640, height = 360, frameRate = 30) {
  if (new URLSearchParams(location.search).has("drawn")) return kind === "video" ? drawn() : hummed();
  const stream = await navigator.mediaDevices.getUserMedia(
    kind === "video" ? { video: { width, height, frameRate } } : { audio: true });
  return stream;
}

// Smallest first; libwebrtc sends three layers from 720 rows on.
const layers = [
  { rid: "q", scaleResolutionDownBy: 4, maxBitrate: 150000 },
  { rid: "h", scaleResolutionDownBy: 2, maxBitrate: 500000 },
  { rid: "f", scaleResolutionDownBy: 1, maxBitrate: 1200000 },
];

const commands = {
  async add({ kind, simulcast }) {
    const stream = await (simulcast ? source(kind, 1280, 720, 10) : source(kind));
    const [track] = stream.getTracks();
    const sender = simulcast
      ? peer.addTransceiver(track, { direction: "sendonly", streams: [stream], sendEncodings: layers }).sender
      : peer.addTrack(track, stream);
    added.push(sender);
    return { track: added.length - 1 };
  },

  async remove({ track, stop }) {
    const sender = added[track];
    const transceiver = peer.getTransceivers().find((one) => one.sender === sender);
    sender.track?.stop();
    if (stop) transceiver.stop();
    else peer.removeTrack(sender);
    return {};
  },

  async offer({ restart }) {
    await peer.setLocalDescription(await peer.createOffer({ iceRestart: !!restart }));
    watchTransport();
    return { type: "offer", sdp: peer.localDescription.sdp };
  },

  async remote({ type, sdp }) {
    await peer.setRemoteDescription({ type, sdp });
    if (type !== "offer") {
      watchTransport();
      return {};
    }
    await peer.setLocalDescription();
    watchTransport();
    return { type: "answer", sdp: peer.localDescription.sdp };
  },

  async candidate({ candidate, mid }) {
    if (candidate) await peer.addIceCandidate({ candidate, sdpMid: mid ?? null, sdpMLineIndex: mid == null ? 0 : undefined });
    return {};
  },

  async rollback() {
    await peer.setLocalDescription({ type: "rollback" });
    return {};
  },

  async statistics() {
    const all = [...(await peer.getStats()).values()];
    const remote = new Map(all.filter(({ type }) => type === "remote-inbound-rtp").map((one) => [one.localId, one]));
    const codecs = new Map(all.filter(({ type }) => type === "codec").map((one) => [one.id, one.mimeType]));
    const inbound = all.filter(({ type }) => type === "inbound-rtp").map((one) => ({
      kind: one.kind, mid: one.mid, ssrc: one.ssrc, packets: one.packetsReceived, lost: one.packetsLost, codec: codecs.get(one.codecId),
      decoded: one.kind === "video" ? one.framesDecoded : one.jitterBufferEmittedCount,
      dropped: one.framesDropped, freezes: one.freezeCount, width: one.frameWidth,
      nacks: one.nackCount, plis: one.pliCount, repaired: one.retransmittedPacketsReceived,
      energy: one.totalAudioEnergy, concealed: one.concealedSamples, silent: one.silentConcealedSamples, fec: one.fecPacketsReceived, samples: one.totalSamplesReceived,
    }));
    const outbound = all.filter(({ type }) => type === "outbound-rtp").map((one) => ({
      kind: one.kind, mid: one.mid, ssrc: one.ssrc, packets: one.packetsSent, frames: one.framesSent ?? one.framesEncoded,
      nacks: one.nackCount, plis: one.pliCount, retransmitted: one.retransmittedPacketsSent,
      lost: remote.get(one.id)?.packetsLost, roundTrip: remote.get(one.id)?.roundTripTime,
    }));
    const transport = all.find(({ type }) => type === "transport") ?? {};
    return {
      inbound, outbound, state: peer.connectionState,
      dtls: peer.getSenders()[0]?.transport?.state, tls: transport.tlsVersion, srtp: transport.srtpCipher,
    };
  },

  async close() {
    peer.close();
    return {};
  },

  async version() {
    return { version: navigator.userAgent };
  },
};

async function obey(command) {
  try {
    const answer = await commands[command.do](command);
    await say({ id: command.id, ok: true, ...answer });
  } catch (error) {
    await say({ id: command.id, error: `${error.name}: ${error.message}` });
  }
}

await say({ event: "ready" });
for (;;) {
  let command;
  try {
    const response = await fetch(`next?token=${token}`);
    if (!response.ok) break;
    command = await response.json();
  } catch {
    break;
  }
  // In order: candidates stand behind the description that they belong to.
  if (command.do) await obey(command);
}
