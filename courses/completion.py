"""When a lesson and a course are done, and why not yet: the one answer that learner, trainer and auditor read."""

from collections.abc import Mapping
from dataclasses import dataclass

from courses import course_rules, lesson_rules
from courses.lesson_rules import spoken
from courses.model import Course, Lesson, LessonKind
from courses.state import NOTHING, CourseState, How, LessonState, RuleState

__all__ = [
    "NOTHING", "CourseState", "Explanation", "How", "LessonExplanation", "LessonState", "RuleState",
    "course_done", "explain", "lesson_done", "spoken", "waits_for",
]  # fmt: skip

States = CourseState | Mapping[str, LessonState]
"""What is known of one person in one course; lessons alone are enough where nothing else is known."""
BEGUN = ("seconds", "share", "seen", "pages_read", "tries_used", "percent", "points")
"""Evidence of rules that is above nought once she has begun a lesson."""


@dataclass(frozen=True, slots=True)
class LessonExplanation:
    """One lesson with its rules, and how it is done; `waits_for` names lessons that must be done first."""

    lesson_id: str
    done: bool
    rules: tuple[RuleState, ...]
    waits_for: tuple[str, ...]
    next_step: str
    how: How | None = None

    @property
    def begun(self) -> bool:
        """Whether anything of hers is known: seconds, a share, a try, work handed in."""
        return any(rule.evidence.get(name) for rule in self.rules for name in BEGUN)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole answer; `next_lesson` is the id of the first lesson that counts, is not done and not waiting."""

    done: bool
    lessons: tuple[LessonExplanation, ...]
    next_lesson: str | None
    rules: tuple[RuleState, ...] = ()
    next_step: str = ""

    @property
    def done_count(self) -> int:
        """How many lessons are done."""
        return sum(lesson.done for lesson in self.lessons)


def explain(course: Course, states: States) -> Explanation:
    """Return every rule of every lesson and of the course with its state, its figures and the next step."""
    state = _whole(states)
    hows = _hows(course, state)
    lessons = tuple(_lesson(course, lesson, state, hows) for lesson in course.lessons())
    rules = course_rules.rules(course, state, hows)
    done = course_rules.done(rules)
    counted = course_rules.counted(course)
    ready = [
        one.lesson_id for one in lessons if not one.done and not one.waits_for and one.lesson_id in counted
    ]
    after = ready[0] if ready and not done else None
    return Explanation(done, lessons, after, rules, _next_step(course, rules, lessons, after))


def lesson_done(lesson: Lesson, state: LessonState) -> How | None:
    """Return how the rules of a lesson are met, or None while they are not; recorded stays recorded."""
    return state.how if state.done else lesson_rules.how(lesson, state)


def course_done(course: Course, states: States) -> bool:
    """Say whether every completion rule of the course holds."""
    state = _whole(states)
    return course_rules.done(course_rules.rules(course, state, _hows(course, state)))


def waits_for(course: Course, lesson: Lesson, states: States) -> tuple[str, ...]:
    """Return the ids of lessons that must be done before this one."""
    hows = _hows(course, _whole(states))
    return tuple(needed for needed in lesson.requires if hows.get(needed) is None)


def _whole(states: States) -> CourseState:
    return states if isinstance(states, CourseState) else CourseState(states)


def _hows(course: Course, state: CourseState) -> dict[str, How | None]:
    """How each lesson is done; a recorded lesson whose way is not known counts as read."""
    hows: dict[str, How | None] = {}
    for lesson in course.lessons():
        one = state.lessons.get(lesson.id, NOTHING)
        hows[lesson.id] = (one.how or How.READ) if one.done else lesson_rules.how(lesson, one)
    test = course.test_out
    if test and (state.lessons.get(test.lesson, NOTHING).best_percent or 0) >= test.percent:
        for lesson_id in test.covers:
            hows[lesson_id] = hows.get(lesson_id) or How.TESTED_OUT
    return hows


def _lesson(
    course: Course, lesson: Lesson, state: CourseState, hows: Mapping[str, How | None]
) -> LessonExplanation:
    how = hows[lesson.id]
    waiting = () if how else tuple(needed for needed in lesson.requires if not hows.get(needed))
    rules = lesson_rules.rules(lesson, state.lessons.get(lesson.id, NOTHING), how)
    if how == How.TESTED_OUT and (told := _tested_out(course, lesson, state)):
        rules = (told,)
    if how:
        step = ""
    elif waiting:
        step = f"还差 {len(waiting)} 课没学完，学完就能{_verb(lesson)}。"
    else:
        step = next(rule.sentence for rule in rules if not rule.done)
    return LessonExplanation(lesson.id, how is not None, rules, waiting, step, how)


def _tested_out(course: Course, lesson: Lesson, state: CourseState) -> RuleState | None:
    """The go that was recorded for the lesson; before that the best one so far."""
    test, one = course.test_out, state.lessons.get(lesson.id, NOTHING)
    if test is None:
        return None
    percent, number = one.test_percent, one.test_try
    if percent is None:
        percent, number = state.lessons.get(test.lesson, NOTHING).best_percent, None
    return (
        lesson_rules.tested_out(course.lesson(test.lesson), test.percent, percent, number)
        if percent
        else None
    )


def _verb(lesson: Lesson) -> str:
    return "考试" if lesson.kind == LessonKind.QUIZ else "学这一课"


def _next_step(
    course: Course,
    rules: tuple[RuleState, ...],
    lessons: tuple[LessonExplanation, ...],
    next_lesson: str | None,
) -> str:
    first = next((rule for rule in rules if not rule.done), None)
    if first is None or first.rule != course_rules.LESSONS or next_lesson is None:
        return first.sentence if first else ""
    place = next(one for one in lessons if one.lesson_id == next_lesson)
    return f"《{course.lesson(next_lesson).title}》：{place.next_step}"
