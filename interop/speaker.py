"""One program that is driven by JSON lines, with a time limit on everything.

A command is an object with "id" and "do"; its answer has the same "id" and either "ok" or "error". An object with "event" comes unasked.
"""

import json
import os
import queue
import subprocess
import threading
import time


class Refused(Exception):
    """The program answered a command with an error, in its own words."""


class Silent(Exception):
    """The program did not answer in time, or has ended."""


class Conversation:
    """Commands, answers and events, whatever carries them."""

    def __init__(self, name):
        self.name = name
        self.events = []
        self._answers = {}
        self._next = 1
        self._changed = threading.Condition()
        self._ended = None

    # For whatever carries the lines.

    def heard(self, message):
        with self._changed:
            if "event" in message:
                message["at"] = time.monotonic()
                self.events.append(message)
            elif "id" in message:
                self._answers[message["id"]] = message
            self._changed.notify_all()

    def ended(self, why):
        with self._changed:
            self._ended = self._ended or why
            self._changed.notify_all()

    def transmit(self, message):
        raise NotImplementedError

    # For the grid.

    def ask(self, do, limit=10.0, **fields):
        with self._changed:
            number = self._next
            self._next += 1
        self.transmit({"id": number, "do": do, **fields})
        deadline = time.monotonic() + limit
        with self._changed:
            while number not in self._answers:
                left = deadline - time.monotonic()
                if self._ended:
                    raise Silent(f"{self.name} has ended: {self._ended}")
                if left <= 0:
                    raise Silent(f"{self.name} did not answer '{do}' within {limit:g} s")
                self._changed.wait(left)
            answer = self._answers.pop(number)
        if answer.get("error"):
            raise Refused(f"{self.name}: {do}: {answer['error']}")
        return answer

    def wait_for(self, wanted, limit, since=0):
        """The first event from number `since` on that `wanted` likes, or None."""
        deadline = time.monotonic() + limit
        with self._changed:
            while True:
                for event in self.events[since:]:
                    if wanted(event):
                        return event
                left = deadline - time.monotonic()
                if left <= 0 or self._ended:
                    return None
                self._changed.wait(left)

    def mark(self):
        with self._changed:
            return len(self.events)

    def stop(self):
        pass


class Program(Conversation):
    """A process with JSON lines on its standard input and output. Ended by its own id, gently first."""

    def __init__(self, name, command, log, environment=None):
        super().__init__(name)
        self._log = open(log, "wb")
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log,
            env={**os.environ, **(environment or {})}, start_new_session=True)
        self._outgoing = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._write, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self._log.write(b"< " + line)
            self._log.flush()
            try:
                message = json.loads(line)
            except ValueError:
                continue
            if isinstance(message, dict):
                self.heard(message)
        self.ended(f"exit status {self.process.wait()}")

    def _write(self):
        while (message := self._outgoing.get()) is not None:
            line = json.dumps(message).encode() + b"\n"
            try:
                self._log.write(b"> " + line)
                self._log.flush()
                self.process.stdin.write(line)
                self.process.stdin.flush()
            except (OSError, ValueError):
                return

    def transmit(self, message):
        self._outgoing.put(message)

    def stop(self):
        self._outgoing.put(None)
        end(self.process)


def end(process, patience=3.0):
    """Ends one process that this runner started, with the children of its session."""
    try:
        process.stdin and process.stdin.close()
    except OSError:
        pass
    for signal_name in ("", "TERM", "KILL"):
        if signal_name:
            try:
                os.killpg(process.pid, {"TERM": 15, "KILL": 9}[signal_name])
            except ProcessLookupError:
                break
        try:
            process.wait(patience if signal_name != "" or process.stdin else 0)
            break
        except subprocess.TimeoutExpired:
            continue
    # Children that outlived their parent still share its session.
    try:
        os.killpg(process.pid, 9)
    except ProcessLookupError:
        pass
