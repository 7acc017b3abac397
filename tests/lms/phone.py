"""Phones for tests of outages: what they have to tell stays in a queue of their own until it was acknowledged."""

import http.client
import json
import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

Entry = dict[str, Any]
WAITS_AT_MOST, BATCH = 12, 5
DRAINED_WITHIN = 120.0


@dataclass
class Phone:
    """One phone that answers questions and plays a film, all at once and without end.

    `told` is what the site acknowledged, by the id of the entry; `faults` is every answer that was neither 200 nor a
    connection cut off, and every acknowledgement that was not the first one again. `replayed` is how often she sends
    something acknowledged once more, `lost` how often she never gets the answer.
    """

    port: int
    cookie: str
    token: str
    attempt: str
    visit: str
    items: tuple[str, ...]
    at: int
    chance: random.Random
    replayed: float = 0.15
    lost: float = 0.1
    queue: list[Entry] = field(default_factory=list)
    told: dict[str, Entry] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    stretches: list[tuple[int, int, float]] = field(default_factory=list)
    saves: int = 0
    seq: int = 0
    faults: list[object] = field(default_factory=list)
    _past: list[Entry] = field(default_factory=list)
    _link: http.client.HTTPConnection | None = None

    def use(self, stop: threading.Event) -> None:
        """Go on until told to stop, then until nothing waits any more."""
        try:
            self._go_on(stop)
        finally:
            self._hang_up()

    def _go_on(self, stop: threading.Event) -> None:
        deadline = 0.0
        while not stop.is_set() or self.queue:
            if stop.is_set():
                deadline = deadline or time.monotonic() + DRAINED_WITHIN
                if time.monotonic() > deadline:
                    self.faults.append(f"{len(self.queue)} entries were never taken")
                    return
            elif len(self.queue) < WAITS_AT_MOST:
                self.queue.append(self.answer() if self.chance.random() < 0.5 else self.played())
            self._send()
            time.sleep(self.chance.random() * 0.08)

    def answer(self) -> Entry:
        """An answer that says how many were given."""
        self.saves += 1
        item = self.chance.choice(self.items)
        self.answers[item] = self.saves
        words = {"kind": "answer", "attempt": self.attempt, "item": item, "response": [str(self.saves)]}
        return {"id": str(uuid.uuid4()), **words}

    def played(self) -> Entry:
        """A few seconds further on, some of them a second time, rarely with a jump."""
        self.seq += 1
        begin = max(0, self.at - self.chance.choice((0, 0, 0, 1, 3)))
        begin += self.chance.randint(2, 9) if self.chance.random() < 0.02 else 0
        self.at = begin + self.chance.randint(1, 8)
        rate = self.chance.choice((1.0, 1.0, 2.0))
        self.stretches.append((begin, self.at, rate))
        words = {"kind": "watched", "visit": self.visit, "seq": self.seq, "rate": rate}
        return {"id": str(uuid.uuid4()), **words, "stretches": [[float(begin), float(self.at)]]}

    def _send(self) -> None:
        again = (
            [self.chance.choice(self._past)] if self._past and self.chance.random() < self.replayed else []
        )
        sent = again + self.queue[: self.chance.randint(1, BATCH)]
        results = self._ask(sent) if sent else None
        if results is None:
            return
        for entry, result in zip(sent, results, strict=True):
            if self.told.setdefault(entry["id"], result) != result or result["state"] != "kept":
                self.faults.append((entry, self.told[entry["id"]], result))
        if self.chance.random() < self.lost:
            return  # the answer never reached her: all of it is sent again
        self._past = (self._past + sent)[-50:]
        self.queue = self.queue[len(sent) - len(again) :]

    def _ask(self, entries: list[Entry]) -> list[Entry] | None:
        """Results of one request; None when the connection was refused or cut off."""
        headers = {"Content-Type": "application/json", "X-CSRFToken": self.token, "Cookie": self.cookie}
        try:
            if self._link is None:
                self._link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            self._link.request("POST", "/api/outbox", json.dumps({"entries": entries}), headers)
            answer = self._link.getresponse()
            words = answer.read()
        except (OSError, http.client.HTTPException):
            self._hang_up()
            time.sleep(0.05)
            return None
        if answer.status != 200:
            self.faults.append((answer.status, words[:200]))
            return None
        results: list[Entry] = json.loads(words)["results"]
        return results

    def _hang_up(self) -> None:
        if self._link is not None:
            self._link.close()
        self._link = None
