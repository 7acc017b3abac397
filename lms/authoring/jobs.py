"""Work of the studio for later: hand over what a dying process left, sweep what was given up."""

from contextlib import suppress

from lms.authoring import uploads
from lms.authoring.models import Upload
from lms.extensions import db
from media.errors import MediaError


def hand_over(upload_id: int) -> None:
    """Give a complete upload to its lesson, when the request that completed it could not."""
    upload = db.session.get(Upload, upload_id)
    if upload is not None:
        with suppress(MediaError):  # the sentence stands on the upload's row
            uploads.hand_over(upload)


def sweep() -> None:
    """Drop uploads nobody went on with."""
    uploads.sweep()
