"""Scripted agents of shiftgym are there for anybody, so they are played again and have to agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.bounded import bounded_lines
from benchmarks.players import scripted_agents, scripted_player
from benchmarks.records import Episode
from benchmarks.rollouts import DEFAULT_BATCH, Cell, Played, play
from benchmarks.submissions.claims import Claim
from benchmarks.submissions.problems import Problems
from benchmarks.suites import Suite
from benchmarks.tasks import task_named
from shiftgym.files import brief


def is_reference(claim: Claim, of: Suite) -> bool:
    """Whether a claim is of a scripted agent of shiftgym."""
    scripted = scripted_agents(task_named(of.task))
    return not claim.of_model and not claim.weights and claim.player in scripted


def played_again(
    claim: Claim, of: Suite, cells: Sequence[Cell]
) -> Iterator[tuple[Cell, int, Played]]:
    """Play a scripted agent, in the batches of `rollouts.evaluate`; yield cell, index, episode."""
    attempts = claim.settings.max_attempts
    who = scripted_player(claim.player, of, seed=claim.seed or 0, max_attempts=attempts)
    for cell in cells:
        for start in range(0, len(cell.episode_seeds), DEFAULT_BATCH):
            seeds = cell.episode_seeds[start : start + DEFAULT_BATCH]
            for number, again in enumerate(play(who.make, cell.id, cell.keywords, seeds), start):
                yield cell, number, again


def rerun(claim: Claim, of: Suite, cells: Sequence[Cell], problems: Problems) -> None:
    """Play a scripted agent again; note what differs.

    Args:
        claim: whose rows have been found to be those of the cells, and to replay.
    """
    done = {(row.cell, row.index): _actions(row) for row in _rows(claim)}
    for cell, number, again in played_again(claim, of, cells):
        here, there = done[cell.name, number], again.replies or again.actions
        if here != there:
            problems.add(
                f"{claim.rows}, episode {number} of {cell.name}: {claim.player} played "
                f"again does {brief(there)}, and here {brief(here)}."
            )


def _rows(claim: Claim) -> Iterator[Episode]:
    lines = bounded_lines(claim.folder / claim.rows)
    return (Episode.model_validate_json(line) for line in lines)


def _actions(row: Episode) -> Sequence[int] | Sequence[str] | None:
    return row.replies or row.actions
