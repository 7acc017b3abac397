"""flask search, flask reindex."""

import sys
from typing import Any

from flask import current_app

from lms.accounts import commands as accounts
from lms.accounts import phones
from lms.core.errors import Conflict
from lms.enrolment.commands import Learner
from lms.search import commands, queries


def search(query: str, phone: str, tell: bool) -> dict[str, Any]:
    """Find as this person (a visitor without one), after taking in what a worker would take in next."""
    who = _learner(phone) if phone else None
    commands.update()
    with current_app.test_request_context("/search"):  # addresses are made as on a page
        answer = queries.search(query, who)
    if tell:
        _tell(answer)
    hits = [
        {
            "kind": hit.kind,
            "title": hit.title,
            "url": hit.url,
            "snippet": hit.snippet.text,
            "second": hit.second,
            "page": hit.page,
        }
        for hit in answer.hits
    ]
    return {"query": query, "total": answer.total, "hits": hits}


def _tell(answer: queries.Answer) -> None:
    for hit in answer.hits:
        print(f"{hit.url}  {hit.title}：{hit.snippet.text}")
    print(f"找到 {answer.total} 处")


def _learner(phone: str) -> Learner:
    person = accounts.by_phone(phones.normal(phone))
    if person is None:
        raise Conflict("没有这个手机号的账号。请核对号码。")
    return Learner(person.id, None)


def reindex() -> dict[str, Any]:
    """Build the whole index anew; the old one answers meanwhile."""
    count = commands.rebuild()
    print(f"索引重建好了，共 {count} 份内容。", file=sys.stderr)
    return {"sources": count}
