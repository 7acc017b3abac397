"""The course page of a signed-in person against hello, in one process and CPU time; where the rest goes."""

import cProfile
import importlib
import io
import os
import pstats
import time
from typing import Any

from bench.figures import say
from bench.visitor import PASSWORD, field_value
from scripts.started import demo_site

ROUNDS, BATCH = 10, 20
GOAL = 0.15


def main() -> None:
    """Measure in alternating batches, then once more under the profiler."""
    with demo_site() as (_, data):
        os.environ.update(LMS_DATA=str(data), LMS_ENV="demo")
        client = importlib.import_module("bench.hello").app.test_client()
        _sign_in(client)
        hello, page = _pairs(client, "/hello", "/c/about")
        _say_pages(client, hello, page)
        print(_profile(client, "/c/about"))


def _sign_in(client: Any) -> None:
    token = field_value(client.get("/login").text, "csrf_token")
    fields = {"csrf_token": token, "phone": "13800000001", "password": PASSWORD}
    if client.post("/login", data=fields).status_code not in (302, 303):
        raise RuntimeError("sign-in refused")


def _pairs(client: Any, first: str, second: str) -> tuple[float, float]:
    """CPU milliseconds of one request to each address; the smallest of all batches, taken in turns."""
    costs: dict[str, list[float]] = {first: [], second: []}
    for _ in range(ROUNDS):
        for path in costs:
            costs[path].append(_batch(client, path))
    return min(costs[first]), min(costs[second])


def _batch(client: Any, path: str) -> float:
    begun = time.process_time()
    for _ in range(BATCH):
        answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
    return (time.process_time() - begun) * 1000 / BATCH


def _say_pages(client: Any, hello: float, page: float) -> None:
    ratio = hello / page
    say("hello, in process", round(hello, 2), "ms CPU")
    say("course page, signed in, in process", round(page, 2), "ms CPU")
    say("course page", round(ratio, 3), "× hello", ratio_to="hello", goal=f"≥ {GOAL}", ok=ratio >= GOAL)
    for path in ("/", "/courses", "/learn", "/c/about/1"):
        say(f"{path}, in process", round(min(_batch(client, path) for _ in range(3)), 2), "ms CPU")


def _profile(client: Any, path: str) -> str:
    """The twenty functions that took most time themselves, file names without their folders."""
    profile = cProfile.Profile()
    profile.enable()
    _batch(client, path)
    profile.disable()
    words = io.StringIO()
    pstats.Stats(profile, stream=words).strip_dirs().sort_stats("tottime").print_stats(20)
    return "\n".join(line.rstrip() for line in words.getvalue().splitlines() if line.strip())


if __name__ == "__main__":
    main()
