"""Recurring work of assessment: papers whose time is over are handed in."""

from lms.assessment import commands


def sweep() -> None:
    """Hand in open papers whose time is over, with what was saved."""
    commands.hand_in_overdue()
