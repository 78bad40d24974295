"""Which episodes of a run a page holds, where it cannot hold all."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import chain, zip_longest

from benchmarks.records import Episode

SOLVED = "solved"

_CORRECT = "correct"


def outcome_of(row: Episode, no_answers: Mapping[int, str]) -> str:
    """Return how an episode came out: "solved", or the last attempt that failed.

    Args:
        no_answers: why there was no answer, by number of the reply.
    """
    if row.success:
        return SOLVED
    failed = [number for number, name in enumerate(row.outcomes) if name != _CORRECT]
    if not failed:
        return "failed"
    why = no_answers.get(failed[-1])
    return row.outcomes[failed[-1]] + (f": {why}" if why else "")


def in_turn(rows: Sequence[Episode], outcomes: Mapping[tuple[str, int], Hashable]) -> list[Episode]:
    """Return rows so that any first few have something of each column and outcome.

    The groups of one column and outcome take turns, those that failed before those that were
    solved.

    Args:
        outcomes: by cell and index.
    """
    groups: dict[tuple[bool, str, Hashable], list[Episode]] = {}
    for row in rows:
        key = row.success, row.cell, outcomes[row.cell, row.index]
        groups.setdefault(key, []).append(row)
    ordered = [groups[key] for key in sorted(groups, key=lambda key: key[0])]
    return [row for row in chain(*zip_longest(*ordered)) if row is not None]
