"""Hypothesis strategies for sound items of every kind."""

from fractions import Fraction

from hypothesis import strategies as st

from courses.items import Criterion, Item, ItemKind, Number, Option, Region, Remark, Shape, kinds

LETTERS = "abcdefgh"
characters = st.characters(
    exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp", "Cf", "Co", "Cn"), exclude_characters="\\[]<>&*_|`"
)
signs = st.sampled_from(list("~=#{}:\\%/-><（）甲乙丙，。"))
words = st.text(
    st.one_of(st.sampled_from("甲乙丙丁自愿无偿AaBb12 "), characters, signs), min_size=1, max_size=12
)


def text(draw: st.DrawFn, wanted: st.SearchStrategy[str] = words) -> str:
    made = " ".join(draw(wanted).split())
    return made if made and not kinds.SCRIPT.search(made) and "<" not in made else "文字"


def different(draw: st.DrawFn, low: int, high: int) -> list[str]:
    count = draw(st.integers(low, high))
    return [f"{text(draw)}{n}" for n in range(count)]


@st.composite
def items(draw: st.DrawFn, among: tuple[ItemKind, ...] = tuple(ItemKind), item_id: str = "q1") -> Item:
    kind = draw(st.sampled_from(among))
    head = {
        "id": item_id,
        "kind": kind,
        "stem": text(draw),
        "options": (),
        "key": (),
        "explanation": text(draw) if draw(st.booleans()) else "",
        "lesson": draw(st.sampled_from(["", "read"])),
        "points": draw(st.integers(1, 5)),
        "difficulty": draw(st.integers(0, 3)),
        "tags": tuple(draw(st.lists(st.sampled_from(["急救", "反家暴", "健康"]), unique=True, max_size=2))),
    }
    return MAKERS[kind](draw, head)


def choice(draw: st.DrawFn, head: dict[str, object]) -> Item:
    options = tuple(Option(LETTERS[n], one) for n, one in enumerate(different(draw, 2, 6)))
    ids = [one.id for one in options]
    several = head["kind"] == ItemKind.MULTIPLE
    key = tuple(
        sorted(
            draw(st.lists(st.sampled_from(ids), min_size=1, max_size=len(ids) if several else 1, unique=True))
        )
    )
    remarks = tuple(Remark(one, None, text(draw)) for one in ids if draw(st.booleans()))
    return Item(
        **head
        | {"options": options, "key": key, "remarks": remarks, "partial": several and draw(st.booleans())}
    )


def truefalse(draw: st.DrawFn, head: dict[str, object]) -> Item:
    return Item(**head | {"key": (draw(st.sampled_from(["true", "false"])),)})


def typed(draw: st.DrawFn, head: dict[str, object]) -> Item:
    return Item(**head | {"key": tuple(different(draw, 1, 3))})


numbers = st.builds(
    lambda value, tolerance: Number(value / 100, tolerance / 100),
    st.integers(-(10**6), 10**6),
    st.integers(0, 500),
)


def number(draw: st.DrawFn, head: dict[str, object]) -> Item:
    return Item(**head | {"key": (draw(numbers),), "unit": draw(st.sampled_from(["", "小时"]))})


def cloze(draw: st.DrawFn, head: dict[str, object]) -> Item:
    gaps = draw(st.integers(1, 3))
    key = tuple(draw(numbers) if draw(st.booleans()) else tuple(different(draw, 1, 2)) for _ in range(gaps))
    stem = "，".join(f"空[[{n}]]" for n in range(1, gaps + 1))
    return Item(**head | {"key": key, "stem": stem, "partial": draw(st.booleans())})


def order(draw: st.DrawFn, head: dict[str, object]) -> Item:
    options = tuple(Option(LETTERS[n], one) for n, one in enumerate(different(draw, 2, 5)))
    return Item(
        **head | {"options": options, "key": tuple(one.id for one in options), "partial": draw(st.booleans())}
    )


def match(draw: st.DrawFn, head: dict[str, object]) -> Item:
    pairs = different(draw, 2, 4)
    left = tuple(Option(f"l{n}", one) for n, one in enumerate(pairs, start=1))
    right = tuple(
        Option(f"r{n}", one) for n, one in enumerate(different(draw, len(pairs), len(pairs) + 2), start=1)
    )
    key = tuple((f"l{n}", f"r{n}") for n in range(1, len(pairs) + 1))
    return Item(**head | {"left": left, "right": right, "key": key, "partial": True})


def hotspot(draw: st.DrawFn, head: dict[str, object]) -> Item:
    regions = tuple(
        Region(f"r{n}", one, Shape.RECT, (10.0 * n, 5.0, 10.0, 20.0))
        for n, one in enumerate(different(draw, 2, 4))
    )
    return Item(**head | {"picture": "img/x.png", "alt": "图", "regions": regions, "key": ("r0",)})


def essay(draw: st.DrawFn, head: dict[str, object]) -> Item:
    rubric = tuple(
        Criterion(f"r{n}", one, draw(st.integers(1, 5))) for n, one in enumerate(different(draw, 1, 3), 1)
    )
    return Item(**head | {"rubric": rubric})


def case(draw: st.DrawFn, head: dict[str, object]) -> Item:
    among = tuple(kind for kind in ItemKind if kind != ItemKind.CASE)
    parts = tuple(draw(items(among, f"{head['id']}-{n}")) for n in range(draw(st.integers(1, 3))))
    return Item(**head | {"items": parts, "points": 1})


MAKERS = {
    ItemKind.SINGLE: choice,
    ItemKind.MULTIPLE: choice,
    ItemKind.TRUEFALSE: truefalse,
    ItemKind.TEXT: typed,
    ItemKind.NUMBER: number,
    ItemKind.CLOZE: cloze,
    ItemKind.ORDER: order,
    ItemKind.MATCH: match,
    ItemKind.HOTSPOT: hotspot,
    ItemKind.ESSAY: essay,
    ItemKind.CASE: case,
}
WHOLE = Fraction(1)
