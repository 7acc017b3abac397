"""The application with one view more that says hello: same hooks, same server, for ratios."""

from flask import Flask

from lms.core.doors import public
from wsgi import app as site


def with_hello(app: Flask) -> Flask:
    """Add /hello, declared open to everybody as every view has to be."""

    @public
    def hello() -> str:
        return "hello"

    app.add_url_rule("/hello", "bench_hello", hello)
    return app


app = with_hello(site)
