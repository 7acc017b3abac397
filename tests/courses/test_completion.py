"""The one judge: every kind of lesson, the rules of courses, test-out, prerequisites, validity."""

from dataclasses import replace
from datetime import date

import pytest

from courses import completion
from courses.completion import CourseState, How, LessonState
from courses.items import Criterion, Item, ItemKind
from courses.model import (
    Asked,
    AssignmentBody,
    AudioBody,
    Body,
    Category,
    ClassroomBody,
    Course,
    DocumentBody,
    EvidenceKind,
    Lesson,
    Module,
    PreTest,
    QuizBody,
    Review,
    Rule,
    SurveyBody,
    TextBody,
    TextPage,
    Tier,
    Validity,
    VideoBody,
)
from courses.state import Handed
from courses.validation import circles_between, problems_of

ITEM = Item("q1", ItemKind.TRUEFALSE, "题", (), ("true",), "", "")
TEXT, QUIZ = TextBody("字", 30), QuizBody((ITEM,), 60, 2, False)
DONE = LessonState(done=True, how=How.READ)


def course(*lessons: Lesson, **fields: object) -> Course:
    return Course(
        "small", "小课", "", "", "", Tier.INTRO, Category.GENERAL, "", 1.0, (), (), Review.NONE,
        (Module("m1", "单元", lessons),), **fields,  # type: ignore[arg-type]
    )  # fmt: skip


def lesson(name: str, body: Body = TEXT, *requires: str, minutes: int = 45) -> Lesson:
    return Lesson(name, name, "", minutes, body, requires)


@pytest.mark.parametrize(
    ("body", "not_yet", "enough", "how"),
    [
        (TEXT, LessonState(reached_end=True, read_seconds=29), LessonState(reached_end=True, read_seconds=30), How.READ),
        (DocumentBody("d", 10), LessonState(read_seconds=99), LessonState(reached_end=True, read_seconds=10), How.READ),
        (AudioBody("a", 0.9), LessonState(stretches=((0, 89),), duration=100), LessonState(stretches=((0, 90),), duration=100), How.HEARD),
        (ClassroomBody("来", 45), LessonState(), LessonState(attended=True), How.ATTENDED),
        (QUIZ, LessonState(best_percent=59), LessonState(best_percent=60), How.PASSED),
        (
            AssignmentBody("做", (EvidenceKind.PHOTO,), (Criterion("r", "好", 5),), 3),
            LessonState(handed=Handed.ACCEPTED, rubric_points=2),
            LessonState(handed=Handed.ACCEPTED, rubric_points=3),
            How.ACCEPTED,
        ),
        (SurveyBody("", ()), LessonState(), LessonState(answered=True), How.ANSWERED),
    ],
)  # fmt: skip
def test_each_kind_of_lesson_is_done_by_its_own_rule(
    body: Body, not_yet: LessonState, enough: LessonState, how: How
) -> None:
    one = course(lesson("a", body))
    before, after = completion.explain(one, {"a": not_yet}), completion.explain(one, {"a": enough})
    assert not before.done and before.lessons[0].next_step.endswith("。") and before.next_step
    assert after.done and completion.lesson_done(one.lesson("a"), enough) == how
    assert all(rule.done for rule in after.lessons[0].rules)


def test_any_two_of_three_lessons_are_enough_where_the_course_says_so() -> None:
    three = course(lesson("a"), lesson("b"), lesson("c"), rules=(Rule(Asked.ANY, (), 2),))
    assert not completion.course_done(three, {"a": DONE})
    assert completion.course_done(three, {"a": DONE, "c": DONE})
    assert completion.explain(three, {"a": DONE, "c": DONE}).next_lesson is None


def test_hours_count_the_minutes_of_finished_lessons() -> None:
    three = course(lesson("a"), lesson("b"), lesson("c", minutes=10), rules=(Rule(Asked.HOURS, (), 0, 2),))
    short = completion.explain(three, {"a": DONE, "c": DONE})
    assert not short.done and short.rules[0].evidence["hours"] == 1.2
    assert completion.course_done(three, {"a": DONE, "b": DONE})


def test_the_pre_test_stands_for_lessons_and_is_not_needed_itself() -> None:
    whole = course(lesson("pre", QUIZ), lesson("a"), lesson("b"), test_out=PreTest("pre", 90, ("a",)))
    passed = completion.explain(whole, {"pre": LessonState(best_percent=90)})
    assert [one.done for one in passed.lessons] == [True, True, False] and passed.next_lesson == "b"
    assert completion.course_done(whole, {"a": DONE, "b": DONE})
    assert not completion.explain(whole, {"pre": LessonState(best_percent=89)}).lessons[1].done


def test_a_lesson_waits_for_another_and_says_so() -> None:
    two = course(lesson("a"), lesson("quiz", QUIZ, "a"))
    told = completion.explain(two, {})
    assert told.lessons[1].waits_for == ("a",) and "还差 1 课" in told.lessons[1].next_step
    assert told.next_lesson == "a"


def test_prerequisites_between_courses_are_told_with_names() -> None:
    later = course(lesson("a"), prerequisites=("about", "phone"))
    told = completion.explain(later, CourseState({}, frozenset({"about"})))
    assert told.rules[0].evidence["left"] == "phone" and not told.rules[0].done
    assert completion.explain(later, CourseState({"a": DONE}, frozenset({"about", "phone"}))).done


def test_a_completion_holds_for_its_months_and_then_asks_for_a_refresher() -> None:
    short = course(lesson("a"), validity=Validity(6, "请再上一次实操课。"))
    state = CourseState({"a": DONE}, completed_on=date(2026, 8, 31), today=date(2027, 2, 28))
    assert completion.explain(short, state).rules[-1].done
    over = completion.explain(
        short, CourseState({"a": DONE}, completed_on=date(2026, 8, 31), today=date(2027, 3, 1))
    )
    assert over.done and not over.rules[-1].done and "复训" in over.next_step


def test_recorded_stays_recorded() -> None:
    assert completion.course_done(course(lesson("a", QUIZ)), {"a": LessonState(done=True, how=How.PASSED)})


def test_courses_that_wait_for_each_other_are_named() -> None:
    one, other = course(lesson("a"), prerequisites=("other",)), course(lesson("a"), prerequisites=("small",))
    problems = circles_between(
        [one, replace(other, slug="other"), replace(one, slug="free", prerequisites=())]
    )
    assert sorted(problem.item for problem in problems) == ["other", "small"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"rules": (Rule(Asked.ANY, (), 9),)}, "rule-count"),
        ({"rules": (Rule(Asked.HOURS, (), 0, 99),)}, "rule-hours"),
        ({"rules": (Rule(Asked.ALL, ("nowhere",)),)}, "rule-unknown"),
        ({"test_out": PreTest("a", 80, ("b",))}, "test-out"),
        ({"prerequisites": ("small",)}, "circle"),
    ],
)
def test_a_rule_that_cannot_be_met_is_a_problem(fields: dict[str, object], code: str) -> None:
    assert code in {problem.code for problem in problems_of(course(lesson("a"), lesson("b"), **fields))}


def test_what_she_has_begun_is_told_from_what_she_has_not() -> None:
    film = VideoBody("a", 0.9, (TextPage("一", 10), TextPage("二", 10)), (ITEM, ITEM))
    whole = course(lesson("text"), lesson("film", film), lesson("quiz", QUIZ))
    before = completion.explain(whole, {})
    assert [one.begun for one in before.lessons] == [False, False, False]
    states = {
        "text": LessonState(read_seconds=5),
        "film": LessonState(pages_read=1),
        "quiz": LessonState(tries_used=1, best_percent=0),
    }
    after = completion.explain(whole, states)
    assert [one.begun for one in after.lessons] == [True, True, True]
    assert after.lessons[1].next_step == "文字版读了 1 页，共 2 页。读完，再答对检查题，就算学完。"


def test_a_document_is_begun_once_a_page_of_it_was_seen_and_not_for_having_pages() -> None:
    whole = course(lesson("leaf", DocumentBody("a", 40)))
    (closed,) = completion.explain(whole, {"leaf": LessonState(pages=3)}).lessons
    assert not closed.begun
    (opened,) = completion.explain(whole, {"leaf": LessonState(pages=3, pages_read=1)}).lessons
    assert opened.begun
