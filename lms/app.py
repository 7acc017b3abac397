"""The application factory: settings, extensions, events, jobs, rooms, error answers."""

import logging
from urllib.parse import urlsplit

from flask import Flask
from flask_babel import Babel
from werkzeug.middleware.proxy_fix import ProxyFix

from lms import cli, config, wiring
from lms.accounts import login
from lms.core import answers, bodies, database, events, jobs, security, templating, together
from lms.extensions import babel, csrf, db, limiter, login_manager, migrate
from lms.federations import guards, scope

MAX_FORM_BYTES = 4 * 1024 * 1024


def create_app(settings: config.Settings | None = None) -> Flask:
    """Return the application for these settings (read from the environment when absent)."""
    settings = settings or config.read()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in ("weasyprint", "fontTools", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    app = Flask("lms", static_folder="static", template_folder="templates")
    app.request_class = bodies.HouseRequest
    app.config.from_mapping(_flask_config(settings))
    app.extensions["lms_settings"] = settings
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    _attach_extensions(app, settings)
    answers.attach(app)
    security.attach(app, urlsplit(settings.base_url).hostname or "localhost", secure=settings.secure)
    templating.attach(app, site_name=settings.site_name, timezone=settings.timezone)
    together.attach(app)
    events.connect(app, wiring.HANDLERS)
    jobs.connect(app, wiring.JOBS, wiring.PERIODIC)
    for blueprint in wiring.BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.jinja_env.globals["can"] = guards.can
    app.extensions["lms_first_page"] = wiring.FIRST_PAGE
    app.extensions["lms_holds_role"] = scope.holds_role
    cli.attach(app)
    return app


def _flask_config(settings: config.Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": database.engine_options(settings.database_url),
        "SESSION_COOKIE_NAME": "__Host-session" if settings.secure else "session",
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": 90 * 24 * 3600,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        "MAX_CONTENT_LENGTH": MAX_FORM_BYTES,
        "BABEL_DEFAULT_LOCALE": "zh",
        "RATELIMIT_STORAGE_URI": settings.redis_url or "memory://",
        "RATELIMIT_ENABLED": settings.env != "test",
        "TESTING": settings.env == "test",
    }


def _attach_extensions(app: Flask, settings: config.Settings) -> None:
    settings.data.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    with app.app_context():
        database.prepare(db.engine)
    migrate.init_app(app, db, directory="migrations", render_as_batch=True, compare_type=True)
    login.attach(app)
    login_manager.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    _attach_languages(app, babel)


def _attach_languages(app: Flask, languages: Babel) -> None:
    languages.init_app(
        app, locale_selector=templating.language, default_translation_directories="translations"
    )
    templating.attach_words(app)
