"""What eight people do at once beside hello on the same server: turn by turn, so that the machine's moods hit both.

The server has two processes. Which of them a connection falls to is chance, and a figure would swing with it by a
third: here the connections are shared out evenly, as they are on the whole when many people come.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from bench.visitor import Visitor

Answers = list[tuple[int, float]]
"""Status and seconds of each answer."""


class Asker(Protocol):
    """Somebody with a connection of her own."""

    person: Visitor

    def hello(self) -> int: ...


A = TypeVar("A", bound=Asker)


@dataclass(frozen=True)
class Compared:
    """Answers of what was measured, and both rates in answers a second."""

    answers: Answers
    rate: float
    hello: float

    @property
    def ratio(self) -> float:
        """How many of hello."""
        return self.rate / self.hello


def compare(people: Sequence[A], act: Callable[[A], int], seconds: float, turns: int = 4) -> Compared:
    """Let all act for `seconds` in all, in turns between turns of hello that take half as long."""
    _spread([one.person for one in people])
    hellos = drive(people, _hello, seconds / turns / 2)
    answers: Answers = []
    for _ in range(turns):
        answers += drive(people, act, seconds / turns)
        hellos += drive(people, _hello, seconds / turns / 2)
    return Compared(answers, _rate(answers, len(people)), _rate(hellos, len(people)))


def drive(people: Sequence[A], act: Callable[[A], int], seconds: float) -> Answers:
    """Let all people act at once, each again and again."""
    end, answers = time.monotonic() + seconds, list[tuple[int, float]]()

    def one(person: A) -> None:
        while (begun := time.monotonic()) < end:
            status = act(person)
            answers.append((status, time.monotonic() - begun))

    threads = [threading.Thread(target=one, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _hello(person: Asker) -> int:
    return person.hello()


def _rate(answers: Answers, people: int) -> float:
    """Answers a second: people who ask one after the other without a pause."""
    return people * len(answers) / sum(wait for _, wait in answers)


def _spread(visitors: Sequence[Visitor], processes: int = 2) -> None:
    """Open connections anew until each process of the server has as many as the other."""
    of, limit = dict[str, int](), len(visitors) / processes
    for visitor in visitors:
        for _ in range(200):
            name = visitor.get("/process").text
            if of.get(name, 0) < limit:
                of[name] = of.get(name, 0) + 1
                break
            visitor.close()
        else:
            raise RuntimeError("one process of the server takes no connections")
