"""A number that a study measured, and the file in which such numbers lie beside its results.

`splits` of results.json and `measured` of measures.json are lists of objects of one form:

    {"policy": "lm-working", "arm": "sft-5e-5", "point": 10, "column": "rule_ood",
     "measure": "success", "by": "faces", "part": "one kind", "estimate":
     {"value": 0.21, "low": 0.15, "high": 0.28, "episodes": 412, "clusters": 77, "seeds": 3,
      "by_seed": {"0": 0.2, "1": 0.19, "2": 0.24}}}

`arm` is "init" at point 0; else points count from 1. `by` and `part` are "" where all episodes of a
column count. Everything but `kl` is a share; `kl` is in nats a word.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.statistics import Estimate


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


def plain(numbers: Iterable[Measured]) -> list[dict[str, Any]]:
    """Return numbers as plain data."""
    return [asdict(number) for number in numbers]
