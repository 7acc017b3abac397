"""A hundred slow phones on the video while others use the site.

Each phone reads the video at 20 KB/s through nginx as `make run` starts it, with the small receive buffer of
a slow link. Meanwhile one person asks for /courses again and again, and her watched seconds are kept.
"""

import selectors
import socket
import threading
import time
import uuid
from urllib.parse import urlsplit

from bench.figures import percentile, say
from bench.visitor import Visitor, csrf_token, media_of, visit_of
from scripts.started import demo_site

PHONES, RATE, SECONDS = 100, 20_000, 30.0
LIMIT_MS = 1000.0
BUFFER = 4096


def main() -> None:
    """Start the phones, measure, say."""
    with demo_site() as (url, _):
        parts = urlsplit(url)
        person = Visitor(parts.hostname or "", parts.port or 80)
        person.sign_in("13800000001")
        lesson = _video_lesson(person)
        stop, got = threading.Event(), [0] * PHONES
        crowd = threading.Thread(target=_crowd, args=(person, media_of(lesson)[0], stop, got))
        alone = _courses(person, 5.0)
        crowd.start()
        time.sleep(2.0)
        waits = _courses(person, SECONDS)
        kept = _keeps_answering(person, lesson)
        stop.set()
        crowd.join()
    _say(alone, waits, got, kept)


def _say(alone: list[float], waits: list[float], got: list[int], kept: bool) -> None:
    p99 = percentile(waits, 0.99)
    served = sum(1 for size in got if size > RATE)
    say("/courses p99, nobody else there", round(percentile(alone, 0.99)), "ms")
    say("/courses p99 with 100 phones", round(p99), "ms", goal="≤ 1000 ms", ok=p99 <= LIMIT_MS)
    say("phones that received video all the while", served, goal=f"{PHONES}", ok=served == PHONES)
    say("received together", round(sum(got) / 1e6, 1), "MB")
    say("an answer is kept meanwhile", int(kept), goal="1", ok=kept)


def _video_lesson(person: Visitor) -> str:
    for number in range(1, 30):
        page = person.follow(f"/c/about/{number}")
        if page.status != 200:
            break
        if media_of(page.text):
            return page.text
    raise RuntimeError("no lesson of /c/about shows a video")


def _courses(person: Visitor, seconds: float) -> list[float]:
    """Milliseconds of each request; a person asks about ten times a second here."""
    waits, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.monotonic()
        answer = person.get("/courses")
        waits.append((time.monotonic() - begun) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"/courses answered {answer.status}")
        time.sleep(0.1)
    return waits


def _keeps_answering(person: Visitor, lesson: str) -> bool:
    entry = {"id": str(uuid.uuid4()), "kind": "watched", "visit": visit_of(lesson), "seq": 1}
    entry |= {"stretches": [[0, 1]], "rate": 1}
    person.get(media_of(lesson)[0], {"Range": "bytes=0-262143"})
    time.sleep(1.5)
    answer = person.send("/api/outbox", {"entries": [entry]}, csrf_token(lesson))
    return answer.status == 200 and ('"kept"' in answer.text or '"partial"' in answer.text)


def _crowd(person: Visitor, media: str, stop: threading.Event, got: list[int]) -> None:
    """All phones in one thread: each takes 1/10 of its second's share ten times a second."""
    chooser = selectors.DefaultSelector()
    phones = [_phone(person, media) for _ in range(PHONES)]
    for number, phone in enumerate(phones):
        chooser.register(phone, selectors.EVENT_READ, number)
    while not stop.is_set():
        begun = time.monotonic()
        for key, _ in chooser.select(timeout=0.1):
            chunk = key.fileobj.recv(RATE // 10)  # type: ignore[union-attr]
            got[key.data] += len(chunk)
            if not chunk:
                chooser.unregister(key.fileobj)
        time.sleep(max(0.0, 0.1 - (time.monotonic() - begun)))
    for phone in phones:
        phone.close()


def _phone(person: Visitor, media: str) -> socket.socket:
    phone = socket.socket()
    phone.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    phone.connect((person.host, person.port))
    cookies = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    phone.sendall(
        f"GET {media} HTTP/1.1\r\nHost: {person.host}:{person.port}\r\nCookie: {cookies}\r\n\r\n".encode()
    )
    phone.setblocking(False)
    return phone


if __name__ == "__main__":
    main()
