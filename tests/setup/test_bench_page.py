"""The page of benchmarks says what was measured, what was missed and what did not run."""

from bench.run import Outcome, _take, page


def _outcome(*lines: str, ended: bool = True) -> Outcome:
    outcome = Outcome("outbox", ended=ended)
    for line in lines:
        _take(line, outcome)
    return outcome


def test_a_missed_goal_stands_in_the_page_and_fails_the_run() -> None:
    line = '{"name": "worst wait", "value": 2.5, "unit": "s", "ratio_to": "", "goal": "≤ 1 s", "ok": false}'
    outcome = _outcome(line)
    assert not outcome.ok
    assert "| worst wait | 2.5 s |  | ≤ 1 s | **no** |" in page([outcome], "here")


def test_a_bench_that_broke_off_is_not_taken_for_a_pass() -> None:
    outcome = _outcome('{"name": "p99", "value": 1, "ok": true}', ended=False)
    assert not outcome.ok
    assert "Did not run to its end" in page([outcome], "here")


def test_a_figure_without_a_goal_is_neither_met_nor_missed_and_other_lines_are_notes() -> None:
    outcome = _outcome('{"name": "start", "value": 9, "unit": "s", "ok": null}', "profile: 40 % template")
    assert outcome.ok
    assert "| start | 9 s |  |  |  |" in page([outcome], "here")
    assert outcome.notes == ["profile: 40 % template"]
