"""The episodes that a claim has to consist of, from suite, seed and settings alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.cells import cells_of_suite
from benchmarks.imported_agents import IMPORT_PATH
from benchmarks.options import EvaluationOptions
from benchmarks.players import TRAINED, Player, scripted_agents
from benchmarks.rollouts import Cell
from benchmarks.runs import RUN_FILE
from benchmarks.submissions.claims import Claim
from benchmarks.suites import Suite
from benchmarks.tasks import task_named
from shiftgym.files import brief

_ENDLESS = 10**9


def expected_cells(claim: Claim, of: Suite) -> tuple[str, list[Cell]]:
    """Return the size that was played, and the cells with all their episodes.

    Raises:
        ValueError: the suite is not played so; or, of a run, its run.json says something else.
    """
    _check_player(claim, of)
    if claim.settings.template is not None and not claim.weights:
        raise ValueError("template is for weights, which were trained on one; leave it out.")
    if claim.cells is None or claim.episodes is None:
        return claim.settings.size, _cells(claim, of, claim.settings.size)
    nearest: list[str] = []
    for size in _sizes(claim, of):
        cells = _cells(claim, of, size)
        problems = list(_differences(claim, of, size, cells))
        if not problems:
            return size, cells
        nearest = nearest or problems
    if nearest:
        raise ValueError(f"{RUN_FILE}: {nearest[0]}.")
    raise ValueError(
        f"{RUN_FILE}: config.episodes are of no size of {of.name}, of which each column is played "
        f"whole: {brief(dict(claim.episodes))}. Expected one of {', '.join(of.sizes)}."
    )


def _cells(claim: Claim, of: Suite, size: str) -> list[Cell]:
    settings = claim.settings
    who = Player(
        claim.player,
        _nobody,
        interfaces=(settings.interface,),
        keywords=settings.keywords(),
        seed=claim.seed,
    )
    asked = EvaluationOptions(claim.player, size=size, max_attempts=settings.max_attempts)
    return cells_of_suite(who, of, asked, claim.seed)[0]


def _nobody(env: Any) -> Any:
    raise AssertionError("only the cells are asked for")


def _sizes(claim: Claim, of: Suite) -> Iterator[str]:
    """Yield the sizes that the claimed numbers of episodes may be of."""
    told = {str(cell).rpartition("/")[2]: count for cell, count in (claim.episodes or {}).items()}
    for size in sorted(of.sizes, key=lambda name: of.sizes[name] or _ENDLESS):
        most = {column: of.size(column, size) or _ENDLESS for column in of.columns}
        # A column may have fewer hands than a size asks for, never more.
        if all(
            type(count) is int and count <= most.get(column, _ENDLESS)
            for column, count in told.items()
        ):
            yield size


def _differences(claim: Claim, of: Suite, size: str, cells: Sequence[Cell]) -> Iterator[str]:
    """Yield where run.json does not say what the suite says."""
    told, counts = dict(claim.cells or {}), dict(claim.episodes or {})
    for cell in cells:
        what, count = told.pop(cell.name, None), counts.pop(cell.name, None)
        if what is None:
            yield f"the column of {cell.name} is missing; a suite is played whole"
            continue
        right = {"id": cell.id, **cell.keywords}
        if plain(what) != plain(right):
            yield f"config.cells.{cell.name} is {brief(what)}, and the suite says {brief(right)}"
        if plain(count) != plain(len(cell.episode_seeds)):
            yield (
                f"config.episodes.{cell.name} is {brief(count)}, and size {size} has "
                f"{len(cell.episode_seeds)}. Evaluate without --episodes, at one of the sizes "
                f"{', '.join(of.sizes)}"
            )
    for name in [*told, *counts]:
        yield f"{brief(name)} is no cell of this player and suite"


def plain(value: Any) -> str:
    """Return JSON in which equal values, and only those of equal types, read alike."""
    return json.dumps(value, sort_keys=True)


def _check_player(claim: Claim, of: Suite) -> None:
    """Check that there is such a player, and that one that has trained plays a fold."""
    references = scripted_agents(task_named(of.task))
    known = claim.of_model or claim.weights or claim.player in references
    if not known and not IMPORT_PATH.fullmatch(claim.player):
        raise ValueError(
            f"{claim.player} is no model with a response log, no file of weights, none of "
            f"{', '.join(references)}, and no module:factory."
        )
    if claim.seed is None and (claim.weights or claim.player == TRAINED):
        raise ValueError(f"{claim.player} has trained on the task, so a fold has to be named.")
    told = None if claim.submission is None else claim.submission.trained_on
    if told is None:
        return
    if claim.player in references and claim.player != TRAINED:
        raise ValueError(f"{claim.player} has not trained, so it plays all: leave out --seed.")
    if told.fold != of.fold(told.seed):
        raise ValueError(
            f"trained_on: seed {told.seed} of {of.name} has the fold {list(of.fold(told.seed))}, "
            f"and {list(told.fold)} is named."
        )
