"""A room server as tutorials of python-socketio write it, with the event names of this project's Socket.IO front, for the comparison.

    rooms_server.py PORT
"""

import sys

import socketio
import uvicorn

sio = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins="*")
users = {}
sockets = {}


@sio.on("join-room")
async def join(sid, data):
    room, name = data["room"], data["id"]
    others = [{"id": other} for other, where in users.values() if where == room]
    users[sid] = (name, room)
    sockets[name] = sid
    await sio.enter_room(sid, room)
    await sio.emit("room-joined", {"id": name, "room": room, "users": others}, to=sid)
    await sio.emit("user-connected", (name, {"id": name}), room=room, skip_sid=sid)


@sio.on("ice-candidate")
async def candidate(sid, data):
    receiver = sockets.get(data["to"])
    if receiver:
        await sio.emit("ice-candidate", {"from": users[sid][0], "candidate": data["candidate"]}, to=receiver)


@sio.event
async def disconnect(sid, *_):
    name, room = users.pop(sid, (None, None))
    if name:
        sockets.pop(name, None)
        await sio.emit("user-disconnected", (name, {}), room=room)


if __name__ == "__main__":
    uvicorn.run(socketio.ASGIApp(sio), host="127.0.0.1", port=int(sys.argv[1]), log_level="error", ws_ping_interval=None)
