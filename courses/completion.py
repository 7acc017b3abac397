"""When a lesson and a course are done, and why not yet: the one answer that learner, trainer and auditor read."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from courses import coverage
from courses.coverage import Stretches
from courses.model import Course, Lesson, QuizBody, TextBody, VideoBody


class How(StrEnum):
    """The way a lesson was finished."""

    READ = "read"
    WATCHED = "watched"
    TEXT_VERSION = "text_version"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class LessonState:
    """What is known of one person's lesson; `done` is what was recorded, and recorded stays recorded."""

    done: bool = False
    how: How | None = None
    stretches: Stretches = ()
    duration: float = 0.0
    read_seconds: float = 0.0
    reached_end: bool = False
    pages_read: int = 0
    checks_right: bool = False
    best_percent: int | None = None
    tries_used: int = 0


NOTHING = LessonState()


@dataclass(frozen=True, slots=True)
class RuleState:
    """One rule of a lesson: its name, whether it holds, the sentence a person reads, the figures behind it."""

    rule: str
    done: bool
    sentence: str
    evidence: Mapping[str, float | int | str]


@dataclass(frozen=True, slots=True)
class LessonExplanation:
    """One lesson with its rules; `waits_for` names lessons that must be done first."""

    lesson_id: str
    done: bool
    rules: tuple[RuleState, ...]
    waits_for: tuple[str, ...]
    next_step: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole answer; `next_lesson` is the id of the first lesson not done and not waiting."""

    done: bool
    lessons: tuple[LessonExplanation, ...]
    next_lesson: str | None

    @property
    def done_count(self) -> int:
        """How many lessons are done."""
        return sum(lesson.done for lesson in self.lessons)


def explain(course: Course, states: Mapping[str, LessonState]) -> Explanation:
    """Return every rule of every lesson with its state, its figures and the next step."""
    lessons = tuple(_lesson(course, lesson, states) for lesson in course.lessons())
    open_ones = [lesson for lesson in lessons if not lesson.done]
    ready = [lesson.lesson_id for lesson in open_ones if not lesson.waits_for]
    return Explanation(not open_ones, lessons, ready[0] if ready else None)


def lesson_done(lesson: Lesson, state: LessonState) -> How | None:
    """Return how the rules of a lesson are met, or None while they are not; recorded stays recorded."""
    if state.done:
        return state.how
    body = lesson.body
    if isinstance(body, TextBody):
        return How.READ if state.reached_end and state.read_seconds >= body.min_seconds else None
    if isinstance(body, QuizBody):
        return How.PASSED if state.best_percent is not None and state.best_percent >= body.pass_mark else None
    if coverage.share(state.stretches, state.duration) >= body.watched_share:
        return How.WATCHED
    read = bool(body.pages) and state.pages_read >= len(body.pages) and state.checks_right
    return How.TEXT_VERSION if read else None


def course_done(course: Course, states: Mapping[str, LessonState]) -> bool:
    """Say whether all lessons are done."""
    return all(lesson_done(lesson, states.get(lesson.id, NOTHING)) for lesson in course.lessons())


def waits_for(course: Course, lesson: Lesson, states: Mapping[str, LessonState]) -> tuple[str, ...]:
    """Return the ids of lessons that must be done before this one."""
    return tuple(
        needed
        for needed in lesson.requires
        if not lesson_done(course.lesson(needed), states.get(needed, NOTHING))
    )


def _lesson(course: Course, lesson: Lesson, states: Mapping[str, LessonState]) -> LessonExplanation:
    state = states.get(lesson.id, NOTHING)
    done = lesson_done(lesson, state) is not None
    waiting = () if done else waits_for(course, lesson, states)
    rules = _rules(lesson, state, done)
    if done:
        step = ""
    elif waiting:
        step = f"还差 {len(waiting)} 课没学完，学完就能{_verb(lesson)}。"
    else:
        step = next(rule.sentence for rule in rules if not rule.done)
    return LessonExplanation(lesson.id, done, rules, waiting, step)


def _verb(lesson: Lesson) -> str:
    return "考试" if isinstance(lesson.body, QuizBody) else "学这一课"


def _rules(lesson: Lesson, state: LessonState, done: bool) -> tuple[RuleState, ...]:
    body = lesson.body
    if isinstance(body, TextBody):
        return _reading(body, state, done)
    if isinstance(body, VideoBody):
        return (_watching(body, state, done),)
    return (_scoring(body, state, done),)


def _reading(body: TextBody, state: LessonState, done: bool) -> tuple[RuleState, ...]:
    left = max(0, round(body.min_seconds - state.read_seconds))
    stayed, ended = done or left == 0, done or state.reached_end
    return (
        RuleState(
            "stayed",
            stayed,
            "读够了时间。" if stayed else f"再读 {left} 秒就够了，慢慢看。",
            {"seconds": round(state.read_seconds), "needed": body.min_seconds},
        ),
        RuleState("reached_end", ended, "读到了最后。" if ended else "读到最后，再按“我读完了”。", {}),
    )


def _watching(body: VideoBody, state: LessonState, done: bool) -> RuleState:
    part = coverage.share(state.stretches, state.duration)
    figures: dict[str, float | int | str] = {"share": round(part, 4), "needed": body.watched_share}
    if done and state.how == How.TEXT_VERSION:
        return RuleState("watched", True, "用文字版学完了。", {**figures, "how": "文字版"})
    if done or part >= body.watched_share:
        return RuleState("watched", True, f"看了 {int(part * 100)}%。", figures)
    return RuleState("watched", False, _gap_sentence(body, state, part), figures)


def _gap_sentence(body: VideoBody, state: LessonState, part: float) -> str:
    if not state.stretches or state.duration <= 0:
        return f"视频还没看。看到 {int(body.watched_share * 100)}% 就算学完。"
    holes = coverage.gaps(state.stretches, state.duration)
    if len(holes) == 1:
        return f"{spoken(holes[0][0])}到{spoken(holes[0][1])}还没看，点这里补看。"
    return f"看了 {int(part * 100)}%，还有 {len(holes)} 段没看，点这里补看。"


def spoken(seconds: float) -> str:
    """Return a position in words: 3分10秒."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}分{rest:02d}秒" if minutes else f"{rest}秒"


def _scoring(body: QuizBody, state: LessonState, done: bool) -> RuleState:
    figures: dict[str, float | int | str] = {"needed": body.pass_mark, "tries_used": state.tries_used}
    if state.best_percent is not None:
        figures["percent"] = state.best_percent
    if done:
        return RuleState("score", True, f"测验 {state.best_percent} 分，通过了。", figures)
    if body.tries is not None and state.tries_used >= body.tries:
        return RuleState("score", False, f"{body.tries} 次机会用完了，请找老师帮您再开一次。", figures)
    if state.best_percent is None:
        return RuleState("score", False, f"测验还没考，{body.pass_mark} 分算通过。", figures)
    return RuleState(
        "score", False, f"最好一次 {state.best_percent} 分，{body.pass_mark} 分算通过，可以再考。", figures
    )
