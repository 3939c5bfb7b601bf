"""A program that speaks for a server: what a bot says in lines of JSON goes to websocket_rooms.py, and back.

    exec_adapter.py URL

One line of JSON for each message, either way, as docs/adapters.md has it (`protocol: exec`). It ends with its standard input.
"""

import asyncio
import json
import sys

import websockets


def say(**message):
    print(json.dumps(message), flush=True)


def from_server(message):
    """The server's words in those of the bot."""
    kind = message.pop("type")
    if kind == "joined":
        say(type="joined", people=message["peers"])
    elif kind == "peer-joined":
        say(type="arrived", id=message["id"], name=message["name"])
    elif kind == "peer-left":
        say(type="left", id=message["id"])
    elif kind == "error":
        say(type="refused", reason=message["message"])
    elif kind in ("offer", "answer", "candidate", "chat"):
        say(type=kind, **message)


async def main(url):
    loop = asyncio.get_running_loop()
    async with websockets.connect(url) as socket:
        async def listen():
            async for text in socket:
                from_server(json.loads(text))

        listening = asyncio.create_task(listen())
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            message = json.loads(line)
            if message["type"] in ("join", "offer", "answer", "candidate", "chat", "leave"):
                await socket.send(json.dumps(message))
        listening.cancel()


asyncio.run(main(sys.argv[1]))
