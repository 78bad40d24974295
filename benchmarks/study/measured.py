"""A number that a study measured, and the file in which such numbers lie beside its results.

`splits` of results.json and `measured` of measures.json are lists of objects of one form:

    {"policy": "lm-working", "arm": "sft-5e-5", "point": 10, "column": "rule_ood",
     "measure": "success", "by": "faces", "part": "one kind", "estimate":
     {"value": 0.21, "low": 0.15, "high": 0.28, "episodes": 412, "clusters": 77, "seeds": 3,
      "by_seed": {"0": 0.2, "1": 0.19, "2": 0.24}}}

`arm` is "init" at point 0; else points count from 1. `by` and `part` are "" where all episodes of a
column count. Everything but `kl` is a share; `kl` is in nats, a word
of a reply or an action.

measures.json has `tables` beside them, for who shows no more than these: objects with the
attributes of `benchmarks.tables.Table`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from benchmarks.records import first_of
from benchmarks.runs import RunError, read_json
from benchmarks.statistics import Estimate
from benchmarks.tables import Table, interval

MEASURES_FILE = "measures.json"


@dataclass(frozen=True)
class Measured:
    """One measure of one arm at one point on one column, or on a part of its episodes."""

    policy: str
    arm: str
    point: int
    column: str
    measure: str
    by: str
    part: str
    estimate: Estimate


@dataclass(frozen=True)
class Measures:
    """What measures.json holds."""

    measured: Sequence[Measured] = ()
    tables: Sequence[Table] = ()

    def plain(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"measured": plain(self.measured), "tables": [asdict(one) for one in self.tables]}


_MEASURES = TypeAdapter(Measures)


def read_measures(folder: Path) -> Measures | None:
    """Return what was measured of the weights of a study; None where nothing was.

    Raises:
        RunError: the file is damaged.
    """
    path = folder / MEASURES_FILE
    told = read_json(path)
    if told is None:
        return None
    try:
        return _MEASURES.validate_python(told)
    except ValidationError as error:
        raise RunError(
            f"{path} does not hold measures: {first_of(error)}. Delete it; `python -m "
            f"benchmarks.study.measures {folder}` makes it again where weights were kept."
        ) from error


def plain(numbers: Iterable[Measured]) -> list[dict[str, Any]]:
    """Return numbers as plain data."""
    return [asdict(number) for number in numbers]


def pivot_table(
    title: str,
    numbers: Collection[Measured],
    head: Callable[[Measured], str],
    *,
    counts: bool = False,
    note: str = "",
) -> Table:
    """Return a table with a row for each policy, arm, point and column.

    Args:
        head: of the column of a number.
        counts: whether to tell of how many episodes it is.
    """
    heads = list(dict.fromkeys(map(head, numbers)))
    cells = {(_place(one), head(one)): _cell(one, counts) for one in numbers}
    rows = [
        [*place, *(cells.get((place, name), "") for name in heads)]
        for place in dict.fromkeys(map(_place, numbers))
    ]
    return Table(title, ["policy", "arm", "point", "column", *heads], rows, 4, note)


def _place(one: Measured) -> tuple[str, str, str, str]:
    return one.policy, one.arm, str(one.point), one.column


def _cell(one: Measured, counts: bool) -> str:
    told = one.estimate
    shown = with_interval(one.measure, told.value, told.low, told.high)
    return f"{shown}, n={told.episodes}" if counts else shown


def with_interval(measure: str, value: float, low: float, high: float) -> str:
    """Return a value of a measure with its interval: in percent, or in nats."""
    if measure == "kl":
        return f"{value:.3f} [{low:.3f}, {high:.3f}]"
    return interval(value, low, high)
