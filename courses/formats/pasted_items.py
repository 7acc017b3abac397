"""A block to an item, or to a doubt: nothing is taken that the text does not say."""

import re

from courses.formats import pasted_marks as marks
from courses.formats.pasted_blanks import filled
from courses.formats.pasted_blocks import Block
from courses.formats.pasted_draft import Decided, Doubt, Draft
from courses.formats.pasted_marks import fold, judged
from courses.items import EARNS_BY_PART, Criterion, Item, ItemKind, Option

_LETTERS = re.compile(r"[(\[]?\s*([A-Ha-h](?:[\s,、;/|&和与+.]*[A-Ha-h])*)\s*[)\]]?(?![A-Za-z])")
_RIGHT_MARK = re.compile(r"\s*(?:[(\[]\s*(?:√|正确(?:答案|选项)?|答案|对)\s*[)\]]|√|★)\s*$")
_ARROWS = re.compile(r"\s*(?:->|→|>|-|—|–)\s*")
_REASON = re.compile(r"(?:因为|理由|根据|依据|见|参见|解析|。|;|\(|,因)")
_DIFFICULTY = {
    "易": 1,
    "容易": 1,
    "简单": 1,
    "低": 1,
    "中": 2,
    "中等": 2,
    "一般": 2,
    "难": 3,
    "困难": 3,
    "较难": 3,
    "高": 3,
}


def item_of(block: Block, item_id: str) -> Item:
    """Return the item of a block; raises Doubt."""
    draft = _draft(block)
    kind, key, options, stem, rubric, choices = _decide(draft)
    return Item(
        id=item_id,
        kind=kind,
        stem=stem,
        options=options,
        key=key,
        explanation="\n".join(line for line in block.why if line).strip(),
        lesson="",
        points=draft.points,
        difficulty=_difficulty(block),
        tags=_tags(block),
        partial=kind in EARNS_BY_PART,
        rubric=rubric,
        choices_of_gaps=choices,
    )


def _draft(block: Block) -> Draft:
    stem, kind, word, points = _marked("\n".join(block.stem), block)
    draft = Draft(block, stem, kind, word, points)
    for at, (_, text, star) in enumerate(block.options):
        if found := _RIGHT_MARK.search(fold(text)):
            text = text[: found.start()]
            star = "*"
        if star:
            draft.starred.append(at)
        draft.texts.append(text.strip().rstrip("；;").strip())
    answers = list(dict.fromkeys(one for one in block.answers if one.strip()))
    if len({fold(one).upper() for one in answers}) > 1:
        raise Doubt(
            "answer-two", f"写了两个不同的答案：“{answers[0][:20]}”和“{answers[1][:20]}”，请只留一个。"
        )
    draft.answer = answers[0].strip() if answers else ""
    _take_inside(draft)
    return draft


def _marked(stem: str, block: Block) -> tuple[str, ItemKind | None, str, int]:
    """Read and take off the marks of kind and points at both ends of a stem."""
    kind, word, points = block.section.kind, block.section.word, block.section.points
    for name in ("题型",):
        if name in block.details and (found := re.match(r"[\[(]?(" + marks.WORDS + ")", block.details[name])):
            kind, word = marks.kind_of(found.group(1)), found.group(1)
    for _ in range(3):
        folded = fold(stem)
        found = marks.MARKER.match(folded) or _at_end(marks.MARKER, folded)
        if found:
            kind, word = marks.kind_of(found["word"]), found["word"]
            points = int(found["points"]) if found["points"] else points
            stem = (stem[: found.start()] + stem[found.end() :]).strip()
            continue
        found = marks.POINTS.match(folded) or _at_end(marks.POINTS, folded)
        if found:
            points = int(found.group(1))
            stem = (stem[: found.start()] + stem[found.end() :]).strip()
    if found := re.search(r"\d{1,3}", block.details.get("分值", block.details.get("分数", ""))):
        points = int(found.group())
    return stem.strip(), kind, word, max(1, min(points or 1, 100))


def _at_end(pattern: "re.Pattern[str]", folded: str) -> "re.Match[str] | None":
    found = None
    for found in pattern.finditer(folded):
        if found.end() == len(folded.rstrip()) or not folded[found.end() :].strip(" 。."):
            return found
    return None


def _take_inside(draft: Draft) -> None:
    """Take an answer written into the brackets of the stem, when it can be nothing else."""
    found = list(marks.KEY_BRACKET.finditer(fold(draft.stem)))
    has_empty = bool(marks.EMPTY_BRACKET.search(fold(draft.stem)))
    sign = judged(draft.block.judged) is not None
    if sign:
        draft.inside = draft.block.judged
    if len(found) != 1 or has_empty or sign:
        return
    inside = found[0].group(1)
    letters = re.sub(r"[^A-H]", "", inside.upper())
    known = bool(draft.texts) and all(one in "ABCDEFGH"[: len(draft.texts)] for one in letters)
    if (known and letters) or (not draft.texts and judged(inside) is not None):
        draft.inside = inside
        begin, end = found[0].span()
        draft.stem = f"{draft.stem[:begin]}（　）{draft.stem[end:]}"


def _decide(draft: Draft) -> Decided:
    if draft.kind in (ItemKind.CASE, ItemKind.MATCH):
        raise Doubt("kind", "材料题和连线题的写法太多，这里不猜。请用表格模板或在题库里直接写。")
    if draft.inside and draft.answer and _signs(draft.inside) != _signs(draft.answer):
        raise Doubt(
            "answer-two", f"括号里写的是“{draft.inside}”，答案写的是“{draft.answer[:20]}”，请只留一个。"
        )
    answer = draft.answer or draft.inside
    if draft.texts:
        return _with_options(draft, answer)
    if draft.kind in (ItemKind.SINGLE, ItemKind.MULTIPLE, ItemKind.ORDER) or draft.word == "选择":
        raise Doubt("options-missing", "这道题没有找到选项。选项请一行一个，写成“A. 文字”。")
    if draft.kind == ItemKind.ESSAY:
        return _essay(draft, answer)
    if draft.kind in (None, ItemKind.TRUEFALSE):
        bare = _bare_judgement(draft, answer)
        if bare:
            return bare
    return filled(draft, answer)


def _signs(text: str) -> str:
    sign = judged(text)
    return str(sign) if sign is not None else re.sub(r"[^A-H]", "", fold(text).upper())


def _bare_judgement(draft: Draft, answer: str) -> Decided | None:
    stem = draft.stem
    if not answer and (found := re.search(r"[\s。.]*\(?\s*([√×])\s*\)?[\s。]*$", fold(stem))):
        answer, stem = found.group(1), stem[: found.start(1)].rstrip("（( ")
    first, reason = _first_word(answer)
    sign = judged(first)
    blanks = bool(marks.UNDERSCORES.search(fold(stem)))
    if sign is None or blanks:
        if draft.kind == ItemKind.TRUEFALSE:
            raise Doubt(
                "answer",
                f"判断题的答案“{answer[:20]}”看不懂，请写 对、错、√ 或 ×。"
                if answer
                else "这道判断题没有答案，请写上。",
            )
        return None
    if reason:
        draft.block.why.insert(0, reason)
    return ItemKind.TRUEFALSE, ("true" if sign else "false",), (), _tidy(stem), (), ()


def _first_word(answer: str) -> tuple[str, str]:
    """Part “错。应该是……” into the word and the reason."""
    found = re.match(
        r"\s*[(\[]?\s*(正确的?|错误的?|不正确|不对|对的?|错的?|√|×|是|否|[TFtf](?:rue|alse|RUE|ALSE)?|[xXyYnN])\s*[)\]]?\s*(?:[。.;,:(]|$)\s*",
        fold(answer),
    )
    if not found:
        return answer, ""
    rest = answer[found.end() :].strip()
    if found.group().rstrip().endswith("("):
        rest = rest.rstrip("）)")
    return found.group(1), rest


def _tidy(stem: str) -> str:
    """A judgement does not need its empty bracket."""
    folded = fold(stem)
    found = _at_end(re.compile(r"\s*[(\[]\s*[)\]]\s*"), folded)
    if found:
        return (stem[: found.start()] + stem[found.end() :]).strip()
    found = re.match(r"\s*[(\[]\s*[)\]]\s*", folded)
    return stem[found.end() :].strip() if found else stem


def _with_options(draft: Draft, answer: str) -> Decided:
    options = tuple(Option("abcdefgh"[at], text) for at, text in enumerate(draft.texts))
    letters = _letters(draft, answer)
    signs = [judged(text) for text in draft.texts]
    if (
        len(letters) == 1
        and set(signs) == {True, False}
        and len(signs) == 2
        and draft.kind not in (ItemKind.MULTIPLE,)
    ):
        sign = signs["abcdefgh".index(letters[0])]
        return ItemKind.TRUEFALSE, ("true" if sign else "false",), (), _tidy(draft.stem), (), ()
    if draft.kind == ItemKind.ORDER or (
        draft.kind is None and "排序" in draft.stem and _ARROWS.search(answer)
    ):
        return ItemKind.ORDER, tuple(letters), options, draft.stem, (), ()
    if len(set(letters)) != len(letters):
        raise Doubt("answer", f"答案“{answer[:20]}”里有一个字母写了两遍，请核对。")
    kind = draft.kind
    if kind in (ItemKind.TRUEFALSE, ItemKind.TEXT, ItemKind.ESSAY):
        raise Doubt("kind", f"题型写的是{draft.word}，却有选项。请改正题型或删去选项。")
    if kind == ItemKind.SINGLE and len(letters) > 1:
        raise Doubt("answer", f"题型写的是单选，答案却是“{answer[:20]}”。请改正其中一个。")
    kind = kind or (ItemKind.MULTIPLE if len(letters) > 1 else ItemKind.SINGLE)
    return kind, tuple(sorted(letters)), options, draft.stem, (), ()


def _letters(draft: Draft, answer: str) -> list[str]:
    marked = ["abcdefgh"[at] for at in draft.starred]
    if not answer:
        if marked:
            return marked
        raise Doubt("answer-missing", "没有找到答案。请在题目下面写“答案：B”。")
    letters = _written(draft, answer)
    if marked and sorted(marked) != sorted(letters):
        raise Doubt("answer-two", "选项上标的正确答案和写的答案不一样，请只留一个。")
    return letters


def _written(draft: Draft, answer: str) -> list[str]:
    """The letters of an answer; words behind them must be the option itself or a reason."""
    same = [at for at, text in enumerate(draft.texts) if fold(text).strip() == fold(answer).strip()]
    if len(same) == 1:
        return ["abcdefgh"[same[0]]]
    folded = (
        _ARROWS.sub("", fold(answer))
        if draft.kind == ItemKind.ORDER or _ARROWS.search(fold(answer))
        else fold(answer)
    )
    found = _LETTERS.match(folded)
    if not found:
        raise Doubt("answer", f"答案“{answer[:20]}”看不懂。请写选项的字母，如 B 或 ABD。")
    letters = re.findall(r"[a-h]", found.group(1).lower())
    rest = folded[found.end() :].strip()
    plain = rest.lstrip(".、:,;) ").rstrip("。. ")
    own = (
        len(letters) == 1 and fold(draft.texts["abcdefgh".index(letters[0])]).strip("。. ") == plain
        if letters[0] in "abcdefgh"[: len(draft.texts)]
        else False
    )
    if plain and not own:
        if not _REASON.match(rest):
            raise Doubt(
                "answer",
                f"答案“{answer[:30]}”里除了字母还有别的字，看不准。请只写字母，别的写在“解析：”后面。",
            )
        draft.block.why.insert(
            0, answer[-len(rest) :].strip("。；;，,（）() ") if len(rest) <= len(answer) else rest
        )
    return letters


def _essay(draft: Draft, answer: str) -> Decided:
    if not answer:
        raise Doubt("answer-missing", "这道问答题没有参考答案，请写上“参考答案：……”，批改的人要看。")
    rubric = (Criterion("r1", answer, draft.points),)
    return ItemKind.ESSAY, (), (), draft.stem, rubric, ()


def _difficulty(block: Block) -> int:
    for name in ("难度", "难易度", "难易程度"):
        if name in block.details:
            words = fold(block.details[name]).strip()
            return _DIFFICULTY.get(words, int(words) if words in ("1", "2", "3") else 0)
    return 0


def _tags(block: Block) -> tuple[str, ...]:
    found: list[str] = []
    for name in ("知识点", "考点", "标签", "分类", "章节"):
        found += [one.strip() for one in re.split(r"[,，、;；]", block.details.get(name, "")) if one.strip()]
    return tuple(dict.fromkeys(found))
