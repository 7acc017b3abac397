"""What changed in the catalogue or the library is to be found, or not any more: a job row in the same transaction."""

from lms.core import jobs


def follow(event: object) -> None:
    """Let a worker bring the index up to date; many changes waiting are one job."""
    jobs.enqueue("search.update", {}, key="search.update")
