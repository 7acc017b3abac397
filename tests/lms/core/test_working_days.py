"""Terms in working days: weekends, holidays, make-up days, and years nobody has announced yet."""

from datetime import date

from lms.core import working_days


def test_a_term_steps_over_weekends_and_holidays_and_counts_make_up_days() -> None:
    # 2026: National Day 1 to 7 October; Sunday 20 September and Saturday 10 October are worked.
    assert working_days.after(date(2026, 9, 30), 1) == working_days.Deadline(date(2026, 10, 8), False)
    assert working_days.after(date(2026, 9, 30), 3).day == date(2026, 10, 10)
    assert working_days.after(date(2026, 11, 2), 10).day == date(2026, 11, 16)


def test_a_year_without_data_counts_weekdays_and_says_so() -> None:
    assert working_days.after(date(2031, 10, 1), 2) == working_days.Deadline(date(2031, 10, 3), True)
    assert working_days.after(date(2026, 12, 25), 10).weekdays_only
