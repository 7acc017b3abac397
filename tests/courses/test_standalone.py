"""The library in a Python that has neither Flask nor SQLAlchemy."""

from tests.courses.limits import python

PROGRAM = """
import importlib.abc, sys

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"flask", "sqlalchemy", "lms", "werkzeug", "jinja2"}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
from pathlib import Path
from courses import completion, grading
from courses.formats import convert, package, pasted
from courses.items import kinds

course = package.read(Path("courses/starter/about")).course
assert completion.explain(course, {}).next_lesson == course.lessons()[0].id
items = list(course.items())
assert grading.grade(items, {one.id: kinds.best(one) for one in items}).percent == 100
assert pasted.read("1. 甲 A. 一 B. 二 答案：B")[0][0].key == ("b",)
assert not {"flask", "sqlalchemy", "lms"} & set(sys.modules)
print("done")
"""


def test_it_is_imported_and_used_without_flask_and_sqlalchemy() -> None:
    done = python("-c", PROGRAM)
    assert done.stdout == "done\n", done.stderr


def test_a_web_process_does_not_load_the_readers_of_office_files() -> None:
    """The writer of sheets may be there: the roster of one hall is short, and writing parses nothing of a stranger."""
    program = "import sys, lms.app; print(sorted({'docx', 'python_calamine'} & set(sys.modules)))"
    done = python("-c", program)
    assert done.stdout == "[]\n", done.stderr + done.stdout
