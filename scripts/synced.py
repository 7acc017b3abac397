"""Say whether every save of a traced web server was on the disk before it was answered.

Usage: python -m scripts.synced TRACE
TRACE is what strace wrote about the web processes (docs/durability.md has the command). A save is a request that
arrives as `POST /api/outbox` and is answered with 200. It counts as synced when, between the two, what was written
to the database's log (`…-wal`) was followed by an fdatasync or fsync of it that came back with 0.
Exit codes: 0 every save was synced, 1 one was not or there was none, 2 there is no trace to read.
"""

import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

CALLS = "recvfrom,sendto,sendmsg,write,writev,pwrite64,fdatasync,fsync"
LINE = re.compile(r"(?P<thread>\d+)\s+(?P<time>[\d:.]+)\s+(?P<call>\w+)\((?P<words>.*)")
RESUMED = re.compile(r"(?P<thread>\d+)\s+(?P<time>[\d:.]+)\s+<\.\.\. (?P<call>\w+) resumed>(?P<words>.*)")
SOCKET = re.compile(r"\d+<(?:TCP|UNIX|socket)[^>]*>")
NO_STRACE = (
    "这台机器上没有 strace，不能记录一次跟踪；装上它（apt install strace）再试。 (strace is not installed.)"
)


@dataclass
class Save:
    """One request for the outbox and what happened to the log before it was answered."""

    asked_at: str
    written: int = 0
    synced: int = 0
    synced_at: str = ""
    answered_at: str = ""

    @property
    def good(self) -> bool:
        """Whether something was written, and all of it synced."""
        return self.written > 0 and self.synced == self.written


@dataclass
class Reader:
    """Follows the requests that are open, by the socket they came in on."""

    open: dict[str, Save] = field(default_factory=dict)

    def take(self, lines: Iterable[str]) -> Iterator[Save]:
        """Yield each save at the moment of its answer."""
        for time, call, words in _calls(lines):
            if call in ("fdatasync", "fsync", "pwrite64"):
                self._log(call, time, words)
            elif found := SOCKET.match(words):
                socket = found.group()
                if call == "recvfrom" and "POST /api/outbox" in words:
                    self.open[socket] = Save(time)
                elif call != "recvfrom" and "HTTP/1.1 200" in words and socket in self.open:
                    save = self.open.pop(socket)
                    save.answered_at = time
                    yield save

    def _log(self, call: str, time: str, words: str) -> None:
        if "-wal>" not in words:
            return
        for save in self.open.values():
            if call == "pwrite64":
                save.written += 1
            elif re.search(r"= 0$", words):
                save.synced, save.synced_at = save.written, time


def _calls(lines: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Moment, name and words of each call, in the order in which they came back."""
    begun: dict[str, str] = {}
    for line in lines:
        if found := RESUMED.match(line):
            words = begun.pop(found["thread"], "") + found["words"]
        elif not (found := LINE.match(line)):
            continue
        elif line.rstrip().endswith("<unfinished ...>"):
            begun[found["thread"]] = found["words"].removesuffix("<unfinished ...>").rstrip()
            # What is handed to a socket may be read before the call comes back.
            if found["call"] in ("sendto", "sendmsg", "write", "writev"):
                yield found["time"], found["call"], found["words"]
            continue
        else:
            words = found["words"]
        yield found["time"], found["call"], words.rstrip()


def judge(lines: Iterable[str]) -> list[Save]:
    """Return every save of a trace."""
    return list(Reader().take(lines))


def command(trace: Path, web: list[str]) -> list[str]:
    """Return the command that runs a web server under strace; raises RuntimeError with a sentence without strace."""
    strace = shutil.which("strace")
    if strace is None:
        raise RuntimeError(NO_STRACE)
    return [strace, "-f", "-tt", "-y", "-s", "40", "-e", f"trace={CALLS}", "-o", str(trace), *web]


def main() -> int:
    """Print one line a save."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_file():
        print("用法：python -m scripts.synced 跟踪文件。怎样得到它，见 docs/durability.md。", file=sys.stderr)
        if shutil.which("strace") is None:
            print(NO_STRACE, file=sys.stderr)
        return 2
    with Path(sys.argv[1]).open(encoding="utf-8", errors="replace") as lines:
        saves = judge(lines)
    for number, save in enumerate(saves, start=1):
        words = f"asked {save.asked_at}  log written {save.written}×, synced {save.synced_at or 'never'}"
        print(f"{number:4} {'yes' if save.good else 'NO '}  {words}  answered {save.answered_at}")
    good = sum(save.good for save in saves)
    print(f"{good} of {len(saves)} saves were synced before their answer.")
    return 0 if saves and good == len(saves) else 1


if __name__ == "__main__":
    raise SystemExit(main())
