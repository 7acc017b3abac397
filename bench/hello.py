"""The application with one view more that says hello: same hooks, same server, for ratios; another names its process."""

import os

from flask import Flask

from lms.core.doors import public
from wsgi import app as site


def with_hello(app: Flask) -> Flask:
    """Add /hello and /process, declared open to everybody as every view has to be."""

    @public
    def hello() -> str:
        return "hello"

    @public
    def process() -> str:
        return str(os.getpid())

    app.add_url_rule("/hello", "bench_hello", hello)
    app.add_url_rule("/process", "bench_process", process)
    return app


app = with_hello(site)
