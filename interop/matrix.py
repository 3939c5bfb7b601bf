"""What came of each cell, and how it is shown: to a terminal, as JSON, and as the table of docs/interop.md."""

from cells import CELLS

SIGNS = {"holds": "✓", "fails": "✗", "cannot": "–"}
ROLES = {"offer": "we offer", "answer": "they offer"}
BEGIN, END = "<!-- matrix: begin -->", "<!-- matrix: end -->"


class Matrix:
    def __init__(self, date, kernel):
        self.date, self.kernel = date, kernel
        self.versions = {}
        self.codecs = {}
        self.cells = {}
        # What did not hold in the first call, and what was seen then.
        self.firsts = {}
        self._second = None

    def add(self, peer, version):
        self.versions[peer.name] = version
        self.codecs[peer.name] = peer.codec

    def begin_second_call(self, peer, role):
        self._second = (peer.name, role)
        print(f"   {peer.name}, {ROLES[role]}: once more", flush=True)

    def note(self, peer, role, cell, outcome, text):
        before = self.cells.get((peer.name, role, cell))
        if before and before[0] == "fails" and self._second == (peer.name, role):
            self.firsts[(peer.name, role, cell)] = before[1]
        self.cells[(peer.name, role, cell)] = (outcome, text)
        print(f"{SIGNS[outcome]} {peer.name}, {ROLES[role]}, {cell}: {text}", flush=True)

    def failures(self):
        return [key for key, (outcome, _) in self.cells.items() if outcome == "fails"]

    def rows(self):
        return [(name, role) for name in self.versions for role in ROLES if any(key[:2] == (name, role) for key in self.cells)]

    def columns(self):
        return [name for name, _ in CELLS if any(key[2] == name for key in self.cells)]

    def text(self):
        columns = self.columns()
        rows = [["", ""] + columns]
        for name, role in self.rows():
            rows.append([f"{name} {self.versions[name]}", ROLES[role]] +
                        [SIGNS.get(self.cells.get((name, role, column), ("",))[0], "") for column in columns])
        widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
        return "\n".join("  ".join(value.ljust(width) for value, width in zip(row, widths)).rstrip() for row in rows)

    def as_json(self):
        return {
            "date": self.date, "kernel": self.kernel, "versions": self.versions,
            "cells": [
                {"peer": name, "role": ROLES[role], "cell": cell, "outcome": outcome, "seen": text,
                 **({"firstCall": self.firsts[(name, role, cell)]} if (name, role, cell) in self.firsts else {})}
                for (name, role, cell), (outcome, text) in self.cells.items()
            ],
        }

    def markdown(self):
        columns = self.columns()
        out = [f"`make interop` on {self.date}, Linux {self.kernel}. ✓ holds, ✗ does not, – the peer cannot (why: below).", ""]
        out.append("| peer | role | " + " | ".join(columns) + " |")
        out.append("|---|---|" + "---|" * len(columns))
        reasons = []
        for name, role in self.rows():
            signs = []
            for column in columns:
                outcome, text = self.cells.get((name, role, column), ("", ""))
                signs.append(SIGNS.get(outcome, ""))
                if outcome in ("cannot", "fails"):
                    reasons.append((name, ROLES[role], column, text))
                if outcome == "holds" and (name, role, column) in self.firsts:
                    reasons.append((name, ROLES[role], column, f"only in a second call; in the first: {self.firsts[(name, role, column)]}"))
            out.append(f"| {name} {self.versions[name]} | {ROLES[role]} | " + " | ".join(signs) + " |")
        if reasons:
            out.append("")
            for name, role, column, text in reasons:
                out.append(f"- {name}, {role}, {column}: {text}")
        out.append("")
        out.append("What decodes our media there: " + "; ".join(f"{name}: {codec}" for name, codec in self.codecs.items()) + ".")
        return "\n".join(out)

    def write_into(self, path):
        before = path.read_text()
        start, end = before.index(BEGIN) + len(BEGIN), before.index(END)
        path.write_text(before[:start] + "\n" + self.markdown() + "\n" + before[end:])
