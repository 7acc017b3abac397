"""What her pages of a class, an assignment and a survey show in the preview: nothing handed in, nobody signed up."""

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from courses.model import LessonKind
from lms.core import days
from lms.learning import work_files
from lms.learning.survey_views import choices_of

SHOWN: Mapping[LessonKind, Mapping[str, Any]] = {
    LessonKind.CLASSROOM: {"sessions": (), "taken": {}, "hers": {}, "days": days},
    LessonKind.ASSIGNMENT: {"earlier": (), "asks": True, "words": "", **work_files.CHOICE},
    LessonKind.SURVEY: {"wrong": (), "given": MultiDict(), "asks": True, "choices": choices_of},
}
