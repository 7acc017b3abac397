"""The starter courses keep their word: papers no trick passes, laws that exist, words and numbers that may stand."""

import itertools
import json
import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from courses import grading
from courses.formats import package
from courses.items import Item, ItemKind, leaves
from courses.model import Course, Lesson, LessonKind, QuizBody, TextBody, VideoBody

STARTER = Path(package.__file__).parent.parent / "starter"
COURSES = {
    path.parent.name: package.read(path.parent).course for path in sorted(STARTER.glob("*/course.json"))
}
ARTICLES: dict[str, int] = json.loads((Path(__file__).parent / "articles.json").read_text("utf-8"))
FORBIDDEN_IN_TITLES = (
    *("中华人民共和国", "中国", "中华", "国家", "全国", "职业资格", "执业资格", "人员资格", "岗位合格"),
    *("专业技术职务", "职业技能等级", "专项职业能力", "上岗必须", "包过"),
)
KNOWN_NUMBERS = {"110", "119", "120", "122", "12315", "12338", "12345", "12348", "12355", "12356"}
each_course = pytest.mark.parametrize("slug", COURSES)


def quizzes(course: Course) -> Iterator[tuple[Item, ...]]:
    for lesson in course.lessons():
        if isinstance(lesson.body, QuizBody):
            yield tuple(leaf.item for leaf in leaves(lesson.body.items))


def at(item: Item, place: int) -> list[object]:
    return [item.choices()[min(place, len(item.choices()) - 1)].id]


def longest(item: Item, _paper: Sequence[Item]) -> list[object]:
    """The longest option; where several are asked for, those longer than usual; the longest partner of each pair."""
    if item.kind == ItemKind.MATCH:
        partner = max(item.right, key=lambda one: len(one.text)).id
        return [[one.id, partner] for one in item.left]
    by_length = sorted(item.choices(), key=lambda one: len(one.text), reverse=True)
    if item.kind == ItemKind.MULTIPLE:
        usual = statistics.mean(len(one.text) for one in by_length)
        return [one.id for one in by_length if len(one.text) > usual] or [by_length[0].id]
    return [one.id for one in (by_length if item.kind == ItemKind.ORDER else by_length[:1])]


def always_a(item: Item, _paper: Sequence[Item]) -> list[object]:
    """The first of everything: option, order as written, pairs straight across."""
    if item.kind == ItemKind.MATCH:
        return [[left.id, right.id] for left, right in zip(item.left, item.right, strict=False)]
    if item.kind == ItemKind.ORDER:
        return [one.id for one in item.options]
    return at(item, 0)


def most_common_position(item: Item, paper: Sequence[Item]) -> list[object]:
    """What stands where the answers of this kind stand most often in this very paper."""
    alike = [one for one in paper if one.kind == item.kind]
    if item.kind == ItemKind.MATCH:
        return always_a(item, paper)
    places = Counter(places_of(one)[:1] if one.kind == ItemKind.ORDER else places_of(one) for one in alike)
    usual = places.most_common(1)[0][0]
    chosen: list[object] = [at(item, place)[0] for place in usual]
    if item.kind == ItemKind.ORDER:
        return chosen + [one.id for one in item.options if one.id not in chosen]
    return list(dict.fromkeys(chosen))


def places_of(item: Item) -> tuple[int, ...]:
    known = [one.id for one in item.choices()]
    return tuple(known.index(str(one)) for one in item.key)


Strategy = Callable[[Item, Sequence[Item]], list[object]]
CHOSEN = (ItemKind.SINGLE, ItemKind.MULTIPLE, ItemKind.TRUEFALSE, ItemKind.ORDER, ItemKind.MATCH)


def earned(paper: Sequence[Item], strategy: Strategy) -> int:
    responses = {item.id: strategy(item, paper) for item in paper if item.kind in CHOSEN}
    assert all(grading.fits(item, responses[item.id]) for item in paper if item.kind in CHOSEN)
    return grading.grade(paper, responses).percent


@each_course
@pytest.mark.parametrize("strategy", [longest, always_a, most_common_position])
def test_no_trick_earns_forty_percent_of_a_paper(slug: str, strategy: Strategy) -> None:
    for paper in quizzes(COURSES[slug]):
        assert earned(paper, strategy) < 40
        singles = [item for item in paper if item.kind == ItemKind.SINGLE]
        assert earned(singles, strategy) < 40


@each_course
def test_the_tricks_can_win_where_a_paper_lets_them(slug: str) -> None:
    """The three players are no dummies: a paper made to their taste gives them everything."""
    for paper in quizzes(COURSES[slug]):
        tricked = [item for item in paper if item.kind == ItemKind.SINGLE and places_of(item) == (0,)]
        assert not tricked or earned(tricked, always_a) == earned(tricked, most_common_position) == 100


def han(text: str) -> str:
    return "".join(re.findall(r"[㐀-鿿]", text))


def words_of(lesson: Lesson) -> str:
    body = lesson.body
    if isinstance(body, VideoBody):
        return "\n".join(page.markdown for page in body.pages)
    return body.markdown if isinstance(body, TextBody) else ""


def item_words(item: Item) -> str:
    """Everything an item shows, read as one text that ends with its explanation."""
    shown = [one.text for one in (*item.options, *item.left, *item.right)]
    return "\n".join([item.stem, *shown, item.explanation])


def narration(slug: str) -> str:
    files = sorted((STARTER / slug).glob("video/*.json"))
    slides = [slide for file in files for slide in json.loads(file.read_text("utf-8"))["slides"]]
    return "\n".join(line for slide in slides for line in (*slide["points"], *slide["sentences"]))


def texts(slug: str) -> Iterator[str]:
    """Every text of a course that stands alone: lessons, items, the narration, the handout, the sources."""
    course = COURSES[slug]
    yield from (words_of(lesson) for lesson in course.lessons())
    yield from (item_words(item) for item in course.papers())
    yield from (
        narration(slug),
        course.handout,
        course.summary,
        course.can_do,
        *course.outcomes,
        *course.sources,
    )


def pieces(slug: str) -> set[str]:
    """The runs of eight characters of its lessons and items."""
    course = COURSES[slug]
    prose = [*(words_of(one) for one in course.lessons()), *(item_words(one) for one in course.papers())]
    return {run[start : start + 8] for run in map(han, prose) for start in range(len(run) - 7)}


def test_no_two_courses_share_one_twentieth_of_their_words() -> None:
    cut = {slug: pieces(slug) for slug in COURSES}
    shared = {
        (one, other): len(cut[one] & cut[other]) / min(len(cut[one]), len(cut[other]))
        for one, other in itertools.combinations(cut, 2)
    }
    assert {pair: share for pair, share in shared.items() if share > 0.05} == {}


@each_course
def test_a_course_has_four_long_lessons_and_one_told_video(slug: str) -> None:
    lessons = COURSES[slug].lessons()
    long = [one.id for one in lessons if isinstance(one.body, TextBody) and len(han(words_of(one))) >= 800]
    videos = [one for one in lessons if one.kind == LessonKind.VIDEO]
    assert len(long) >= 4
    assert videos
    assert all(
        isinstance(one.body, VideoBody) and one.body.pages and len(one.body.checks) >= 2 for one in videos
    )


@each_course
def test_its_items_are_many_varied_and_explained(slug: str) -> None:
    course = COURSES[slug]
    items = [item for paper in quizzes(course) for item in paper]
    assert len(items) >= 12
    assert len({item.kind for item in items}) >= 4
    known = {lesson.id for lesson in course.lessons() if not isinstance(lesson.body, QuizBody)}
    everything = [*items, *(leaf.item for leaf in leaves(course.papers()))]
    assert [item.id for item in everything if not item.explanation or item.lesson not in known] == []


@each_course
def test_what_goes_round_a_course_is_there(slug: str) -> None:
    course = COURSES[slug]
    assert course.handout and course.cover and course.cover_alt and course.can_do and course.sources
    assert course.title_en and course.summary_en and course.outcomes
    assert [lesson.id for lesson in course.lessons() if not lesson.title_en] == []
    bare = re.compile(r"!\[\s*\]\(")
    assert [text for text in texts(slug) if bare.search(text)] == []
    assert [item.id for item in course.papers() if item.picture and not item.alt] == []


@each_course
def test_a_place_for_local_numbers_is_declared_where_a_text_asks_for_it(slug: str) -> None:
    asked = {name for text in texts(slug) for name in re.findall(r"\{\{local:([\w-]+)\}\}", text)}
    assert asked <= {one.id for one in COURSES[slug].local}


def test_prerequisites_order_the_courses() -> None:
    needs = {slug: set(course.prerequisites) for slug, course in COURSES.items()}
    assert needs["ten-questions"] >= {"about"} and needs["visit"] >= {"about"}
    assert needs["first-aid"] >= {"go-bag"} and needs["first-response"] >= {"visit"}


def test_courses_that_need_an_expert_say_that_they_wait_for_one() -> None:
    waiting = {slug for slug, course in COURSES.items() if course.review == "awaiting_expert"}
    assert waiting == {"first-response", "health-talk", "first-aid"}


def test_first_aid_cannot_be_finished_without_the_hall() -> None:
    course = COURSES["first-aid"]
    assert [one.kind for one in course.lessons()].count(LessonKind.CLASSROOM) == 1
    assert course.validity is not None and course.validity.refresher
    assert course.rules == () and course.test_out is None


@each_course
def test_titles_keep_the_wording_rule(slug: str) -> None:
    """A certificate prints the title of the course; nothing in it may sound like a state qualification."""
    course = COURSES[slug]
    titles = [course.title, course.handout.split("\n")[0]]
    assert [title for title in titles if any(word in title for word in FORBIDDEN_IN_TITLES)] == []


def phone_numbers(text: str) -> set[str]:
    """What looks like a telephone number: a hotline of three to five digits, a mobile or a landline."""
    short = re.findall(
        r"(?<![\d.,/-])(?:1[12]\d{1}|1[12]\d{3}|9[56]\d{3})(?![\d.,%]|\s*(?:下|分钟|厘米|元|米|人))", text
    )
    long = re.findall(r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|[48]00-?\d{3}-?\d{4})(?!\d)", text)
    return {*short, *long}


@each_course
def test_no_telephone_number_is_invented(slug: str) -> None:
    found = {number for text in texts(slug) for number in phone_numbers(text)}
    assert found <= KNOWN_NUMBERS


def test_an_invented_number_would_be_seen() -> None:
    assert phone_numbers("打 12399，或者 0571-88001234，手机 13800138000。") - KNOWN_NUMBERS == {
        "12399",
        "0571-88001234",
        "13800138000",
    }


DIGITS = {"零": 0, **{sign: value for value, sign in enumerate("一二三四五六七八九", 1)}}
UNITS = {"十": 10, "百": 100, "千": 1000}
COUNT = rf"[{''.join(DIGITS)}{''.join(UNITS)}\d]+"
CITED = re.compile(rf"第({COUNT}(?:[、至到]第?{COUNT})*)条(?!路)(?:之([一二三四五六七八九]))?")
# Short names that courses explain at first use; 条例 alone is the Regulation, unless another one was just named.
SHORT = {
    "条例": "志愿服务条例",
    "记录办法": "志愿服务记录与证明出具办法",
}
NAMES = "|".join(sorted(map(re.escape, (*ARTICLES, *SHORT)), key=len, reverse=True))


def number(sign: str) -> int:
    """一百零三 → 103, 12 → 12."""
    if sign.isdigit():
        return int(sign)
    total, last = 0, 0
    for one in sign:
        if one in UNITS:
            total, last = total + (last or 1) * UNITS[one], 0
        else:
            last = DIGITS[one]
    return total + last


def citations(text: str) -> Iterator[tuple[str, int, str]]:
    """Each article a text cites, with the law named nearest before it ("" when none is)."""
    law = ""
    for found in re.finditer(f"{NAMES}|{CITED.pattern}", text):
        if found[1]:
            signs = re.split(r"[、至到]第?", found[1])
            yield from ((law, number(sign), found[2] or "") for sign in signs)
        elif not (found[0] == "条例" and law.endswith("条例")):
            law = SHORT.get(found[0], found[0])


@each_course
def test_every_article_cited_exists_in_a_law_named_before_it(slug: str) -> None:
    cited = [one for text in texts(slug) for one in citations(text)]
    # None of the listed laws has an article "之一", so a sub-article is an error as much as one too high.
    assert [one for one in cited if not 1 <= one[1] <= ARTICLES.get(one[0], 0) or one[2]] == []


def test_a_wrong_article_would_be_seen() -> None:
    assert list(citations("《反家庭暴力法》第三十九条，《志愿服务条例》第十七、一百零三条之一")) == [
        ("反家庭暴力法", 39, ""),
        ("志愿服务条例", 17, "一"),
        ("志愿服务条例", 103, "一"),
    ]
    assert list(citations("按照第五条办")) == [("", 5, "")]
