// The real Socket.IO client in Node, driven by JSON lines. Usage: node fronts_node.cjs SOCKET_IO_MIN_JS
globalThis.self = globalThis;
globalThis.WebSocket ??= require("ws");
const io = require(require("path").resolve(process.argv[2]));

const say = (message) => process.stdout.write(JSON.stringify(message) + "\n");
const sockets = new Map();

function plain(value) {
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
    return { bytes: [...(value instanceof ArrayBuffer ? new Uint8Array(value) : new Uint8Array(value.buffer, value.byteOffset, value.byteLength))] };
  }
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

const connected = (socket) => new Promise((done, failed) => {
  const timer = setTimeout(() => failed(new Error("no 'connect' within 8 s")), 8000);
  socket.once("connect", () => { clearTimeout(timer); done(); });
  socket.once("connect_error", (error) => { clearTimeout(timer); failed(error); });
});

const commands = {
  async connect({ name, url, transports, auth }) {
    const socket = io(url, { transports, auth, forceNew: true, reconnectionDelay: 100, reconnectionDelayMax: 200 });
    sockets.set(name, socket);
    socket.onAny((event, ...args) => say({ event: "socketio", name, heard: event, args: args.map(plain) }));
    await connected(socket);
    return { sid: socket.id, transport: socket.io.engine.transport.name };
  },

  async call({ name, send, args }) {
    return { answer: plain(await sockets.get(name).timeout(5000).emitWithAck(send, ...args.map(full))) };
  },

  async emit({ name, send, args }) {
    sockets.get(name).emit(send, ...args.map(full));
    return {};
  },

  // Breaks the connection, as a network does, and waits until the client has come back by itself.
  async breakdown({ name }) {
    const socket = sockets.get(name);
    const before = socket.id;
    const back = connected(socket);
    socket.io.engine.close();
    await back;
    return { recovered: socket.recovered, same: socket.id === before };
  },

  async disconnect({ name }) {
    sockets.get(name).disconnect();
    return {};
  },
};

require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line);
  commands[message.do](message).then(
    (result) => say({ id: message.id, ...result }),
    (error) => say({ id: message.id, error: String(error) }));
}).on("close", () => process.exit(0));
say({ event: "ready" });
