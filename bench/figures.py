"""How a bench says a figure: one JSON line on stdout."""

import json
from collections.abc import Sequence


def say(
    name: str,
    value: float | int,
    unit: str = "",
    *,
    goal: str = "",
    ok: bool | None = None,
    ratio_to: str = "",
) -> None:
    """Print one figure for bench/run.py; `ok` is None for a figure without a goal."""
    figure = {"name": name, "value": value, "unit": unit, "ratio_to": ratio_to, "goal": goal, "ok": ok}
    print(json.dumps(figure, ensure_ascii=False), flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0..1) of all values do not exceed; 0.0 for no values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
