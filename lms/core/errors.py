"""Errors with a name; each becomes one page or one JSON answer in lms.core.answers."""


class LmsError(Exception):
    """Base: `message` is for the person who reads it; `status` is the HTTP status of the answer."""

    status = 500

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class Invalid(LmsError):
    """What was sent does not fit; the message names what is wrong and what to do."""

    status = 422


class BadRequest(LmsError):
    """The request itself is broken (form forged, JSON unreadable)."""

    status = 400


class NotAllowed(LmsError):
    """The role lacks the permission, or the person is suspended."""

    status = 403


class Missing(LmsError):
    """Not there, or not hers to see: the two look the same."""

    status = 404


class Conflict(LmsError):
    """Not possible in the present state (already done, not yet open, no tries left)."""

    status = 409


class TooLarge(LmsError):
    """More bytes than this address takes; the message says how many it does."""

    status = 413


class TooMany(LmsError):
    """Asked too often; the message says when to try again."""

    status = 429


class Busy(LmsError):
    """The site is overloaded; trying again in a moment helps."""

    status = 503


class DiskFull(LmsError):
    """There is no room left to keep what was sent; nothing was written."""

    status = 507
