"""Parts of points, exact."""

from decimal import Decimal
from fractions import Fraction

from courses.items import Item

NONE, FULL = Fraction(0), Fraction(1)


def credit(percent: float) -> Fraction:
    """Return percent as written in decimals; a third and the like, which cannot be written, are met exactly."""
    written = Fraction(Decimal(repr(float(percent))))
    for parts in (3, 6, 7, 9):
        near = Fraction(round(written * parts / 100), parts)
        if abs(near * 100 - written) < Fraction(1, 100):
            return near
    return written / 100


def of_key(item: Item, answer: str) -> Fraction:
    """Return what a remark gives an answer that is not the key."""
    for remark in item.remarks:
        if remark.answer == answer and remark.percent is not None:
            return min(FULL, max(NONE, credit(remark.percent)))
    return NONE
