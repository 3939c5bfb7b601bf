// A Socket.IO user and a PeerJS user of the reference server, driven by commands that the runner's HTTP server hands out one by one.
// The Socket.IO client is the real one; PeerJS is spoken in its wire format.

const token = new URLSearchParams(location.search).get("token");

async function say(message) {
  await fetch(`say?token=${token}`, { method: "POST", body: JSON.stringify(message) });
}

const sockets = new Map();

function once(target, name, limit) {
  return new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error(`no '${name}' within ${limit} ms`)), limit);
    target.once(name, (value) => {
      clearTimeout(timer);
      done(value);
    });
  });
}

// Bytes are told as {bytes: [...]}, since JSON has none.
function plain(value) {
  if (value instanceof ArrayBuffer) return { bytes: [...new Uint8Array(value)] };
  if (Array.isArray(value)) return value.map(plain);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
  return value;
}

function full(value) {
  if (Array.isArray(value)) return value.map(full);
  if (value && typeof value === "object") {
    if (Array.isArray(value.bytes)) return new Uint8Array(value.bytes).buffer;
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, full(v)]));
  }
  return value;
}

// PeerJS, as its client of version 1.5 writes it.
class WirePeer {
  constructor(base, stream) {
    this.base = base;
    this.stream = stream;
    this.calls = new Map();
    this.problems = [];
  }

  async open(id) {
    const key = "peerjs";
    this.id = id ?? (await (await fetch(`${this.base}/${key}/id?ts=${Date.now()}${Math.random()}&version=1.5.5`)).text());
    const address = `${this.base.replace(/^http/, "ws")}/peerjs?key=${key}&id=${this.id}&token=${Math.random().toString(36).slice(2)}`;
    this.socket = new WebSocket(`${address}&version=1.5.5`);
    const opened = new Promise((done, failed) => {
      this.socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        if (message.type === "OPEN") return done();
        if (message.type === "ERROR" || message.type === "ID-TAKEN") failed(new Error(data));
        this.handle(message).catch((error) => this.problems.push(String(error)));
      };
      this.socket.onerror = () => failed(new Error("the socket failed"));
    });
    await opened;
    this.heart = setInterval(() => this.socket.send(JSON.stringify({ type: "HEARTBEAT" })), 5000);
    return this.id;
  }

  send(type, dst, payload) {
    this.socket.send(JSON.stringify({ type, payload, dst }));
  }

  connection(remote, connectionId, type) {
    const peer = new RTCPeerConnection();
    const call = { peer, remote, connectionId, type, early: [], data: [], tracks: 0 };
    this.calls.set(connectionId, call);
    peer.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate) this.send("CANDIDATE", remote, { candidate: candidate.toJSON(), type, connectionId });
    };
    peer.ontrack = ({ track }) => {
      call.tracks += 1;
      const player = document.createElement(track.kind === "video" ? "video" : "audio");
      Object.assign(player, { autoplay: true, muted: true, srcObject: new MediaStream([track]) });
      document.body.append(player);
      player.play().catch(() => {});
    };
    peer.ondatachannel = ({ channel }) => this.watch(call, channel);
    peer.onconnectionstatechange = () => say({ event: "call", remote, state: peer.connectionState, type });
    return call;
  }

  watch(call, channel) {
    call.channel = channel;
    channel.binaryType = "arraybuffer";
    channel.onmessage = ({ data }) => call.data.push(new TextDecoder().decode(data));
  }

  async call(remote, type) {
    const connectionId = `${type === "media" ? "mc" : "dc"}_${Math.random().toString(36).slice(2)}`;
    const call = this.connection(remote, connectionId, type);
    // The one who calls opens a data channel in every connection.
    this.watch(call, call.peer.createDataChannel(connectionId, { ordered: true }));
    if (type === "media") for (const track of this.stream.getTracks()) call.peer.addTrack(track, this.stream);
    await call.peer.setLocalDescription(await call.peer.createOffer());
    const payload = { sdp: call.peer.localDescription.toJSON(), type, connectionId, metadata: { from: this.id } };
    if (type === "data") Object.assign(payload, { label: connectionId, reliable: true, serialization: "json" });
    this.send("OFFER", remote, payload);
    return connectionId;
  }

  async handle({ type, src, payload }) {
    if (type === "LEAVE" || type === "EXPIRE") {
      await say({ event: type.toLowerCase(), remote: src });
      for (const call of this.calls.values()) if (call.remote === src) call.peer.close();
      return;
    }
    let call = this.calls.get(payload.connectionId);
    if (type === "OFFER") {
      if (call) return;
      call = this.connection(src, payload.connectionId, payload.type);
      await call.peer.setRemoteDescription(payload.sdp);
      if (payload.type === "media") for (const track of this.stream.getTracks()) call.peer.addTrack(track, this.stream);
      await call.peer.setLocalDescription(await call.peer.createAnswer());
      this.send("ANSWER", src, {
        sdp: call.peer.localDescription.toJSON(), type: payload.type, connectionId: payload.connectionId,
      });
      for (const candidate of call.early.splice(0)) await call.peer.addIceCandidate(candidate);
    } else if (type === "ANSWER" && call) {
      await call.peer.setRemoteDescription(payload.sdp);
      for (const candidate of call.early.splice(0)) await call.peer.addIceCandidate(candidate);
    } else if (type === "CANDIDATE" && call) {
      if (call.peer.remoteDescription) await call.peer.addIceCandidate(payload.candidate);
      else call.early.push(payload.candidate);
    }
  }

  // Who calls whom is the application's affair; ours answers whoever calls.
  async frames() {
    const rows = [];
    for (const call of this.calls.values()) {
      const row = { remote: call.remote, type: call.type, state: call.peer.connectionState, data: call.data };
      for (const report of (await call.peer.getStats()).values()) {
        if (report.type === "inbound-rtp" && report.kind === "video") row.decoded = report.framesDecoded ?? 0;
        if (report.type === "inbound-rtp" && report.kind === "audio") row.samples = report.totalSamplesReceived ?? 0;
        if (report.type === "outbound-rtp" && report.kind === "video") row.sent = report.framesSent ?? 0;
      }
      rows.push(row);
    }
    return rows;
  }
}

let wire;

const commands = {
  async connect({ name, url, transports, upgrade, auth }) {
    const socket = io(url, { transports, upgrade, auth, forceNew: true, reconnectionDelay: 100, reconnectionDelayMax: 200 });
    sockets.set(name, socket);
    socket.onAny((event, ...args) => say({ event: "socketio", name, heard: event, args: args.map(plain) }));
    const upgraded = transports.includes("polling") && upgrade ? once(socket.io.engine ?? socket.io, "upgrade", 8000).catch(() => null) : null;
    await once(socket, "connect", 8000);
    if (transports.includes("polling") && upgrade && socket.io.engine.transport.name !== "websocket") {
      await (upgraded ?? once(socket.io.engine, "upgrade", 8000));
    }
    return { sid: socket.id, transport: socket.io.engine.transport.name };
  },

  async call({ name, send, args }) {
    return { answer: plain(await sockets.get(name).timeout(5000).emitWithAck(send, ...args.map(full))) };
  },

  async emit({ name, send, args }) {
    sockets.get(name).emit(send, ...args.map(full));
    return {};
  },

  async disconnect({ name }) {
    sockets.get(name).disconnect();
    return {};
  },

  async peer({ base, name }) {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 320, height: 180, frameRate: 15 } });
    wire = new WirePeer(base, stream);
    return { peer: await wire.open(name) };
  },

  async peers({ base }) {
    return { peers: await (await fetch(`${base}/peerjs/peers`)).json() };
  },

  async dial({ to, type }) {
    return { connection: await wire.call(to, type) };
  },

  async tell({ to, text }) {
    for (const call of wire.calls.values()) {
      if (call.remote === to && call.type === "data") call.channel.send(new TextEncoder().encode(JSON.stringify(text)));
    }
    return {};
  },

  async frames() {
    return { calls: await wire.frames(), problems: wire.problems };
  },
};

await say({ event: "ready" });
while (true) {
  const response = await fetch(`next?token=${token}`);
  if (response.status === 410) break;
  const message = await response.json();
  if (!message.do) continue;
  // Commands run beside each other: one that waits must not keep the next.
  commands[message.do](message).then(
    (result) => say({ id: message.id, ...result }),
    (error) => say({ id: message.id, error: String(error) }));
}
