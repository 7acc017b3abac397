"""Commands of `flask --app wsgi`: named here, their work loaded when they are called."""

import importlib
import json
import sys
from collections.abc import Callable
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from lms.core.errors import LmsError

Answer = dict[str, Any]


def attach(app: Flask) -> None:
    """Add every command of the contract to the application."""
    app.cli.add_command(init)
    app.cli.add_command(load_demo)
    app.cli.add_command(worker)
    app.cli.add_command(courses)
    app.cli.add_command(staff_group)
    app.cli.add_command(materials)
    app.cli.add_command(search)
    app.cli.add_command(reindex)
    for command in (backup, restore, doctor, storage, units, people):
        app.cli.add_command(command)


def run(place: str, *, as_json: bool, **words: object) -> None:
    """Call "module:function", print its answer, exit 0 (done) or 1 (refused with reasons)."""
    module, _, name = place.partition(":")
    function: Callable[..., Answer] = getattr(importlib.import_module(module), name)
    try:
        answer = {"ok": True, "problems": [], **function(**words)}
    except LmsError as error:
        answer = {"ok": False, "problems": [_problem(error.message)]}
    except Exception as error:
        problems = getattr(error, "problems", None)
        if problems is None:
            raise
        answer = {"ok": False, "problems": [one.as_json() for one in problems]}
    for problem in answer["problems"]:
        click.echo(f"{problem['file']}:{problem['line']} {problem['item']} {problem['message']}", err=True)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
    sys.exit(0 if answer["ok"] else 1)


def _problem(message: str) -> Answer:
    return {"file": "", "line": 0, "item": "", "code": "refused", "message": message}


json_option = click.option("--json", "as_json", is_flag=True, help="one JSON object as the last line")
courses = AppGroup("courses", help="course packages in and out")
staff_group = AppGroup("staff", help="staff accounts and reset slips")
materials = AppGroup("materials", help="documents into the library")

storage = AppGroup("storage", help="the stored files")
units = AppGroup("units", help="the unit tree")
people = AppGroup("people", help="people in numbers")


@click.command()
@json_option
@with_appcontext
def init(as_json: bool) -> None:
    """Bring the database to the newest migration."""
    run("lms.cli.start:init", as_json=as_json)


@click.command("demo")  # not named as the module of its work, which takes that name here once loaded
@json_option
@with_appcontext
def load_demo(as_json: bool) -> None:
    """Load the fictional demo data, once; LMS_ENV=demo only."""
    run("lms.cli.demo:demo", as_json=as_json, tell=not as_json)


@click.command()
@click.option("--lane", type=click.Choice(["quick", "heavy"]), default="quick")
@click.option("--once", is_flag=True, help="do what is due and end")
@with_appcontext
def worker(lane: str, once: bool) -> None:
    """Do jobs of one lane until told to stop."""
    run("lms.cli.work:work", as_json=False, lane=lane, once=once)


@click.command()
@click.argument("query")
@click.option("--as", "phone", default="", help="phone of the person who searches; without it a visitor")
@json_option
@with_appcontext
def search(query: str, phone: str, as_json: bool) -> None:
    """Find words in courses, captions, text versions and materials."""
    run("lms.cli.finding:search", as_json=as_json, query=query, phone=phone, tell=not as_json)


@click.command()
@json_option
@with_appcontext
def reindex(as_json: bool) -> None:
    """Build the search index anew from the database."""
    run("lms.cli.finding:reindex", as_json=as_json)


@courses.command("import")
@click.argument("path", type=click.Path())
@click.option("--publish", is_flag=True, help="process the media now and publish")
@json_option
def courses_import(path: str, publish: bool, as_json: bool) -> None:
    """Import a course package (folder or zip)."""
    run("lms.cli.course_files:bring_in", as_json=as_json, path=path, publish=publish)


@courses.command("export")
@click.argument("slug")
@click.argument("path", type=click.Path())
@json_option
def courses_export(slug: str, path: str, as_json: bool) -> None:
    """Write a published course as a package (a new zip or folder)."""
    run("lms.cli.course_files:bring_out", as_json=as_json, slug=slug, path=path)


@materials.command("import")
@click.argument("folder", type=click.Path())
@json_option
def materials_import(folder: str, as_json: bool) -> None:
    """Take in every PDF, DOCX, PPTX and MD file of a folder."""
    run("lms.cli.material_files:bring_in", as_json=as_json, folder=folder)


@staff_group.command("add")
@click.option("--phone", required=True)
@click.option("--name", required=True)
@click.option("--role", required=True)
@click.option("--unit", required=True, help="unit code")
@json_option
def staff_add(phone: str, name: str, role: str, unit: str, as_json: bool) -> None:
    """Add a member of staff and print her reset slip."""
    run("lms.cli.staff:add", as_json=as_json, phone=phone, name=name, role=role, unit=unit)


@staff_group.command("reset")
@click.argument("phone")
@json_option
def staff_reset(phone: str, as_json: bool) -> None:
    """Print a one-use slip, good for 24 hours, for a forgotten password."""
    run("lms.cli.staff:reset", as_json=as_json, phone=phone)


@click.command()
@click.argument("file", type=click.Path())
@json_option
@with_appcontext
def backup(file: str, as_json: bool) -> None:
    """Write everything that is kept into one file; the site may run."""
    run("lms.operations.backup:make", as_json=as_json, file=file)


@click.command()
@click.argument("file", type=click.Path())
@json_option
@with_appcontext
def restore(file: str, as_json: bool) -> None:
    """Put a backup in the place of the present data, which are kept aside; the site must be stopped."""
    run("lms.operations.restore:put_back", as_json=as_json, file=file)


@click.command()
@json_option
@with_appcontext
def doctor(as_json: bool) -> None:
    """Try out what the site lives on, the last backup too; one line each, with what to do."""
    run("lms.cli.health:examine", as_json=as_json)


@storage.command("check")
@click.option("--sweep", is_flag=True, help="remove the files that no row names")
@json_option
def storage_check(sweep: bool, as_json: bool) -> None:
    """Compare every row with its file; list the files that no row names."""
    run("lms.operations.storage_check:check", as_json=as_json, sweep=sweep)


@units.command("import")
@click.argument("file", type=click.Path())
@click.option("--dry-run", is_flag=True, help="check everything, write nothing")
@json_option
def units_import(file: str, dry_run: bool, as_json: bool) -> None:
    """Add units from a CSV or XLSX file, all or none."""
    run("lms.operations.unit_import:bring_in", as_json=as_json, file=file, dry_run=dry_run)


@people.command("import")
@click.argument("file", type=click.Path())
@click.option("--dry-run", is_flag=True, help="check everything, write nothing")
@json_option
def people_import(file: str, dry_run: bool, as_json: bool) -> None:
    """Add people from a CSV or XLSX file, all or none."""
    run("lms.operations.people_import:bring_in", as_json=as_json, file=file, dry_run=dry_run)
