"""The address of the application for servers: gunicorn wsgi:app, flask --app wsgi."""

import gc

from lms.app import create_app

app = create_app()
gc.collect()
gc.freeze()  # what was loaded at the start stays: the collector need not walk it at every request
