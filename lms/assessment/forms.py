"""Reading an answer out of a paper sent as a plain form: fields `item-<id>`, repeated, or `item-<id>-<left id>`."""

from werkzeug.datastructures import MultiDict

from courses.items import Item, ItemKind


def response_of(item: Item, form: MultiDict[str, str]) -> list[object]:
    """Return the response as the outbox would send it, [] when nothing was answered."""
    name = f"item-{item.id}"
    if item.kind == ItemKind.MATCH:
        pairs = [[one.id, form.get(f"{name}-{one.id}", "")] for one in item.left]
        return list(pairs) if any(right for _, right in pairs) else []
    given = form.getlist(name)
    return list(given) if any(one.strip() for one in given) else []
