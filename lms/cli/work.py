"""flask worker: one lane's jobs, until SIGTERM."""

import signal
import time
from types import FrameType
from typing import Any

from flask import current_app

from lms.core import jobs, site_lock

IDLE_SECONDS = 0.5
TICK_SECONDS = 10.0


class _Stop(BaseException):
    """SIGTERM or Ctrl-C: leave at once; the lease gives the job to the next worker."""


def work(lane: str, once: bool) -> dict[str, Any]:
    """Do jobs until told to stop; with `once` until nothing is due."""
    asked: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        asked.append(number)  # kept: what is raised inside a finalizer of some library is swallowed there
        raise _Stop

    site_lock.share(current_app.extensions["lms_settings"].data)
    signal.signal(signal.SIGTERM, stop)
    chosen, done, last_tick = jobs.Lane(lane), 0, 0.0
    try:
        while not asked:
            if time.monotonic() - last_tick > TICK_SECONDS:
                jobs.tick(chosen)
                last_tick = time.monotonic()
            if jobs.run_one(chosen):
                done += 1
            elif once:
                break
            else:
                time.sleep(IDLE_SECONDS)
    except (_Stop, KeyboardInterrupt):
        pass
    return {"done": done}
