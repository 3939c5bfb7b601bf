"""A room server in python-socketio, as its tutorials write one, in either of two dialects.

    socketio_rooms.py PORT targets      join-room, user-connected, offers to a target
    socketio_rooms.py PORT signals      "join room", "all users", one signal for everything

It says `ready` when it listens, and ends with its standard input.
"""

import asyncio
import sys

import socketio
from aiohttp import web

sio = socketio.AsyncServer(async_mode="aiohttp", cors_allowed_origins="*")
app = web.Application()
sio.attach(app)


class Rooms(socketio.AsyncNamespace):
    def __init__(self, namespace):
        super().__init__(namespace)
        self.sockets = {}  # user id -> sid
        self.places = {}  # sid -> (room, user id)

    async def on_join_room(self, sid, room, user):
        self.sockets[user] = sid
        self.places[sid] = (room, user)
        await self.enter_room(sid, room)
        await self.emit("user-connected", user, room=room, skip_sid=sid)

    async def relay(self, event, data):
        await self.emit(event, data, to=self.sockets.get(data["target"]))

    async def on_offer(self, sid, data):
        await self.relay("offer", data)

    async def on_answer(self, sid, data):
        await self.relay("answer", data)

    async def on_ice_candidate(self, sid, data):
        await self.relay("ice-candidate", data)

    async def on_disconnect(self, sid, *reason):
        if sid in self.places:
            room, user = self.places.pop(sid)
            self.sockets.pop(user, None)
            await self.emit("user-disconnected", user, room=room)

    async def trigger_event(self, event, *args):
        return await super().trigger_event(event.replace("-", "_"), *args)


class Signals(socketio.AsyncNamespace):
    LIMIT = 4

    def __init__(self, namespace):
        super().__init__(namespace)
        self.users = {}  # room -> [sid]
        self.room_of = {}

    async def on_join_room(self, sid, room):
        users = self.users.setdefault(room, [])
        if len(users) >= self.LIMIT:
            await self.emit("room full", to=sid)
            return
        users.append(sid)
        self.room_of[sid] = room
        await self.emit("all users", [user for user in users if user != sid], to=sid)
        for user in users:
            if user != sid:
                await self.emit("user joined", sid, to=user)

    async def on_signal(self, sid, data):
        await self.emit("signal", {"from": sid, "signal": data["signal"]}, to=data["to"])

    async def on_chat(self, sid, text):
        for user in self.users.get(self.room_of.get(sid), []):
            await self.emit("chat", {"from": sid, "text": text}, to=user)

    async def on_disconnect(self, sid, *reason):
        room = self.room_of.pop(sid, None)
        if room is not None:
            self.users[room].remove(sid)
            for user in self.users[room]:
                await self.emit("user left", sid, to=user)

    async def trigger_event(self, event, *args):
        return await super().trigger_event(event.replace(" ", "_"), *args)


async def main(port, dialect):
    sio.register_namespace((Signals if dialect == "signals" else Rooms)("/"))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
