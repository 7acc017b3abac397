"""What certificates hear."""

from lms.certificates import commands, course_papers
from lms.learning.events import CourseCompleted


def issue_certificate(event: CourseCompleted) -> None:
    """A finished course earns its one certificate, in the same transaction."""
    commands.issue(course_papers.paper(event))
