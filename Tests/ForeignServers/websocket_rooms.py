"""Two room servers in plain websockets, as its tutorials write them.

    websocket_rooms.py PORT

`/rooms` welcomes with an id, answers the join with the roster and passes on what names a receiver; `/broadcast` sends whatever one says to
everybody else in the room. It says `ready` when it listens, and ends with its standard input.
"""

import asyncio
import itertools
import json
import sys

import websockets

ids = itertools.count(1)
rooms = {}  # room -> {id: (websocket, name)}
crowds = {}  # room -> set of websockets


async def serve_rooms(websocket):
    me = next(ids)
    room = None
    await websocket.send(json.dumps({"type": "welcome", "id": me}))
    try:
        async for text in websocket:
            message = json.loads(text)
            members = rooms.setdefault(room, {}) if room else {}
            if message["type"] == "join":
                room = message["room"]
                members = rooms.setdefault(room, {})
                peers = [{"id": peer, "name": name} for peer, (_, name) in members.items()]
                await websocket.send(json.dumps({"type": "joined", "peers": peers}))
                await tell(members, {"type": "peer-joined", "id": me, "name": message["name"]})
                members[me] = (websocket, message["name"])
            elif message["type"] == "leave":
                break
            elif message["type"] == "chat":
                await tell(members, {"type": "chat", "from": me, "text": message["text"]})
            elif int(message.get("to", 0)) in members:
                message["from"] = me
                await members[int(message["to"])][0].send(json.dumps(message))
            else:
                await websocket.send(json.dumps({"type": "error", "message": "nobody has this id"}))
    except websockets.ConnectionClosed:
        pass
    finally:
        if room and rooms[room].pop(me, None):
            await tell(rooms[room], {"type": "peer-left", "id": me})


async def tell(members, message):
    for websocket, _ in list(members.values()):
        try:
            await websocket.send(json.dumps(message))
        except websockets.ConnectionClosed:
            pass


async def serve_broadcast(websocket):
    crowd = sender = None
    try:
        async for text in websocket:
            message = json.loads(text)
            if message["type"] == "join":
                crowd = crowds.setdefault(message["room"], set())
                crowd.add(websocket)
                sender = message["from"]
            if crowd:
                websockets.broadcast(crowd - {websocket}, text)
    except websockets.ConnectionClosed:
        pass
    finally:
        if crowd:
            crowd.discard(websocket)
            websockets.broadcast(crowd, json.dumps({"type": "leave", "from": sender}))


async def serve(websocket):
    path = websocket.request.path
    await (serve_broadcast if path.startswith("/broadcast") else serve_rooms)(websocket)


async def main(port):
    async with websockets.serve(serve, "127.0.0.1", port):
        print("ready", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main(int(sys.argv[1])))
