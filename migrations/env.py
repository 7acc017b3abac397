"""Alembic's environment: the application's engine, or a given connection (a restore), batch mode for SQLite."""

from contextlib import nullcontext

from alembic import context
from flask import current_app

database = current_app.extensions["migrate"].db


def run() -> None:
    """Run the migrations on one connection, in one transaction."""
    given = context.config.attributes.get("connection")
    with database.engine.connect() if given is None else nullcontext(given) as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=True,
            compare_type=False,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
