"""Facts of accounts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VisitorRecognised:
    """A visitor signed in or joined: what she did as a visitor is now this person's."""

    visitor_id: int
    person_id: int
