"""Reading an answer out of a paper sent as a plain form: fields `item-<id>`, repeated, or `item-<id>-<left id>`."""

from collections.abc import Iterable, Mapping, Sequence

from werkzeug.datastructures import MultiDict

from courses.items import Item, ItemKind


def responses_of(
    items: Iterable[Item], form: MultiDict[str, str], before: Mapping[str, Sequence[object]]
) -> dict[str, list[object]]:
    """Return what a form says about each item; an emptied one (its `shown` mark is there) empties the answer."""
    shown = set(form.getlist("shown"))
    given = {item.id: response_of(item, form) for item in items}
    return {
        item_id: response
        for item_id, response in given.items()
        if response != list(before.get(item_id, ())) and (response or item_id in shown)
    }


def response_of(item: Item, form: MultiDict[str, str]) -> list[object]:
    """Return the response as the outbox would send it, [] when nothing was answered."""
    name = f"item-{item.id}"
    if item.kind == ItemKind.MATCH:
        pairs = [[one.id, form.get(f"{name}-{one.id}", "")] for one in item.left]
        return list(pairs) if any(right for _, right in pairs) else []
    given = [_clean(one) for one in form.getlist(name)]
    return list(given) if any(one.strip() for one in given) else []


def _clean(text: str) -> str:
    """Line ends as the script sends them; a zero byte is nothing anybody typed (PostgreSQL keeps none)."""
    return text.replace("\r\n", "\n").replace("\0", "")
