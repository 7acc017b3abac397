"""Send a kept file: by nginx where it stands in front, by an address of the storage, or by ourselves."""

from urllib.parse import quote

from flask import Response, current_app, redirect, send_file
from werkzeug.wrappers import Response as Answer

from lms.assets import links
from lms.assets.commands import storage
from lms.core.errors import Missing


def send(key: str, mime: str, *, save_as: str = "") -> Answer:
    """Return the answer that carries a file; with `save_as` the browser keeps it under that name. Raises Missing."""
    store = storage()
    path = store.path(key)
    if path is None:
        direct = store.url(key, links.GOOD_FOR_SECONDS)
        if direct is None:
            raise Missing
        return redirect(direct)
    if current_app.extensions["lms_settings"].trusted_proxies:
        answer: Answer = Response(status=200, mimetype=mime)
        answer.headers["X-Accel-Redirect"] = f"/_media/{key}"
    else:
        if not path.is_file():
            raise Missing
        answer = send_file(path, mimetype=mime, conditional=True, etag=key)
    if save_as:
        answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(save_as, safe='')}"
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["Cache-Control"] = "private, max-age=43200"
    return answer
