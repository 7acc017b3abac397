"""Files made in a temporary folder beside their place, which they take all together or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def beside(out: Path) -> Iterator[Path]:
    """Give a folder to work in; it becomes `out` when the block ends, and is gone after an error."""
    work = Path(tempfile.mkdtemp(prefix=".making-", dir=out.parent))
    try:
        yield work
        work.rename(out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
