"""What a block says, as far as it has been read, and the doubt that ends it."""

from dataclasses import dataclass, field

from courses.formats.pasted_blocks import Block
from courses.items import Criterion, ItemKind, KeyPart, Option

Decided = tuple[
    ItemKind, tuple[KeyPart, ...], tuple[Option, ...], str, tuple[Criterion, ...], tuple[tuple[str, ...], ...]
]


class Doubt(Exception):
    """Something that cannot be told for sure: stable code and the sentence for the trainer."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code, self.words = code, words


@dataclass
class Draft:
    """What a block says, as far as it has been read."""

    block: Block
    stem: str
    kind: ItemKind | None
    word: str
    points: int
    texts: list[str] = field(default_factory=list)
    starred: list[int] = field(default_factory=list)
    inside: str = ""
    answer: str = ""
