"""The rules of a whole course: what must be done before it, what completes it, how long that holds."""

import calendar
from collections.abc import Mapping
from datetime import date

from courses.model import Asked, Course, Rule
from courses.state import CourseState, How, RuleState

MINUTES_PER_HOUR = 45
PREREQUISITES, LESSONS, VALIDITY = "prerequisites", "lessons", "validity"
EVERYTHING = Rule(Asked.ALL)


def rules(course: Course, state: CourseState, hows: Mapping[str, How | None]) -> tuple[RuleState, ...]:
    """Return every rule of the course with its state; a course without rules asks for all its lessons."""
    found: list[RuleState] = []
    if course.prerequisites:
        found.append(_prerequisites(course, state))
    found += [_rule(course, rule, hows) for rule in course.rules or (EVERYTHING,)]
    if course.validity and state.completed_on:
        found.append(_validity(course, state, state.completed_on))
    return tuple(found)


def done(found: tuple[RuleState, ...]) -> bool:
    """Say whether what completes a course is done: neither what comes before it nor how long it holds."""
    return all(rule.done for rule in found if rule.rule == LESSONS)


def counted(course: Course) -> frozenset[str]:
    """Return the ids of the lessons that can bring the course nearer to its end."""
    everything = _everything(course)
    asked = [set(rule.lessons) or set(everything) for rule in course.rules or (EVERYTHING,)]
    return frozenset(set().union(*asked) | _needed_by(course, set().union(*asked)))


def _needed_by(course: Course, wanted: set[str]) -> set[str]:
    needs = {lesson.id: lesson.requires for lesson in course.lessons()}
    found: set[str] = set()
    open_ones = set(wanted)
    while open_ones:
        new = set(needs.get(open_ones.pop(), ())) - found
        found |= new
        open_ones |= new
    return found


def _everything(course: Course) -> tuple[str, ...]:
    """All lessons but the pre-test, which only spares lessons."""
    spare = course.test_out.lesson if course.test_out else None
    return tuple(lesson.id for lesson in course.lessons() if lesson.id != spare)


def _prerequisites(course: Course, state: CourseState) -> RuleState:
    left = [slug for slug in course.prerequisites if slug not in state.courses_done]
    names = "、".join(f"《{state.titles[slug]}》" if slug in state.titles else slug for slug in left)
    sentence = f"先学完这 {len(left)} 门课：{names}。" if left else "要先学的课都学完了。"
    return RuleState(PREREQUISITES, not left, sentence, {"left": "、".join(left)})


def _rule(course: Course, rule: Rule, hows: Mapping[str, How | None]) -> RuleState:
    asked = rule.lessons or _everything(course)
    finished = [one for one in asked if hows.get(one)]
    if rule.asks == Asked.HOURS:
        return _hours(course, rule, set(finished))
    needed = rule.count if rule.asks == Asked.ANY else len(asked)
    left = max(0, needed - len(finished))
    which = f"任选 {needed} 课，" if rule.asks == Asked.ANY else ""
    sentence = f"{which}还差 {left} 课。" if left else f"{which}要学的 {needed} 课都学完了。"
    return RuleState(LESSONS, not left, sentence, {"done": len(finished), "needed": needed})


def _hours(course: Course, rule: Rule, finished: set[str]) -> RuleState:
    minutes = sum(lesson.minutes for lesson in course.lessons() if lesson.id in finished)
    enough = minutes >= rule.hours * MINUTES_PER_HOUR
    hours = int(minutes * 10 / MINUTES_PER_HOUR) / 10
    words = "够了" if enough else "还不够，再学几课"
    figures = {"minutes": minutes, "hours": hours, "needed": rule.hours}
    return RuleState(LESSONS, enough, f"要学满 {rule.hours:g} 学时，学了 {hours:g} 学时，{words}。", figures)


def _validity(course: Course, state: CourseState, completed_on: date) -> RuleState:
    months = course.validity.months if course.validity else 0
    last = months_after(completed_on, months)
    holds = state.today is None or state.today <= last
    refresher = course.validity.refresher if course.validity else ""
    sentence = f"有效到 {last:%Y-%m-%d}。" if holds else f"{last:%Y-%m-%d} 到期了，要复训。{refresher}"
    return RuleState(VALIDITY, holds, sentence, {"months": months, "until": last.isoformat()})


def months_after(day: date, months: int) -> date:
    """Return the same day some months later, or the last one of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
