"""The address of the application for servers: gunicorn wsgi:app, flask --app wsgi."""

import gc
import os

from lms.app import create_app
from lms.core import site_lock

app = create_app()
if os.environ.get("FLASK_RUN_FROM_CLI") != "true":  # a command takes the lock itself, if it needs it
    site_lock.share(app.extensions["lms_settings"].data)
gc.collect()
gc.freeze()  # what was loaded at the start stays: the collector need not walk it at every request
