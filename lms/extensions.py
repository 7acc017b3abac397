"""Extension objects, made here and attached by lms.app; imports nothing of ours."""

from flask import request
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every row class; constraints get predictable names, so that migrations can name them."""

    metadata = MetaData(naming_convention=NAMES)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
migrate = Migrate()
login_manager = LoginManager()


class HeaderFirst(CSRFProtect):
    """Looks for the token in its header before it reads a body: the body of a script's request is no form."""

    def _get_csrf_token(self) -> str | None:
        sent = request.headers.get("X-CSRFToken") or super()._get_csrf_token()
        return sent if isinstance(sent, str) else None


csrf = HeaderFirst()
babel = Babel()
limiter = Limiter(get_remote_address, default_limits=[])
