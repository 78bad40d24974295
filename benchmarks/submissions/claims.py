"""What a folder claims, whether it is a run or a submission; nothing of it is believed yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from benchmarks.bounded import read_small_json
from benchmarks.records import RunRecord, first_of
from benchmarks.replies import REPLIES_FILE
from benchmarks.runs import EPISODES_FILE, RUN_FILE
from benchmarks.submissions.folders import read_submission
from benchmarks.submissions.format import (
    LOG_FILE,
    ROWS_FILE,
    SUBMISSION_FILE,
    Settings,
    Submission,
    unsafe,
)
from benchmarks.submissions.retraction import read_tombstone
from benchmarks.suites import Suite
from benchmarks.suites import suite as suite_named
from benchmarks.suites.files import read_suite
from benchmarks.tasks.task import interface_named
from shiftgym.files import brief

_OF_AGENTS = {"agent", "weights", "cells", "episodes"}
_OF_MODELS = {"model", "base_url", "sampling", "cells", "episodes"}
_ASKED = ("max_attempts", "images", "image_size", "strict", "template")


@dataclass(frozen=True)
class Claim:
    """What is said of a run.

    Attributes:
        folder: in which it lies.
        player: with which the names of the rows' cells begin.
        suite, digest: of the suite.
        seed: whose fold was played, None for all hands or routes.
        settings: the size may be left open as "".
        sampling: of a model behind an endpoint; None for other players, which have no log.
        weights: digest of the weights that played, "" for none.
        versions: of the packages, for each session.
        rows, log: names of the files.
        cells, episodes: what run.json says was asked for, None in a submission.
        submission: None for a run.
    """

    folder: Path
    player: str
    suite: str
    digest: str
    seed: int | None
    settings: Settings
    sampling: Mapping[str, Any] | None
    weights: str
    versions: Sequence[Mapping[str, str]]
    rows: str = EPISODES_FILE
    log: str = REPLIES_FILE
    cells: Mapping[str, Any] | None = None
    episodes: Mapping[str, Any] | None = None
    submission: Submission | None = None

    @property
    def of_model(self) -> bool:
        """Whether a model behind an endpoint played."""
        return self.sampling is not None


def read_claim(folder: Path) -> Claim:
    """Return what the folder of a run or a submission claims.

    Raises:
        ValueError: naming the file, where it is neither, or does not say what it has to; or it was
            retracted.
        OSError: a file cannot be read.
    """
    if (tombstone := read_tombstone(folder)) is not None:
        raise ValueError(f"It was retracted on {tombstone.retracted}: {tombstone.reason}")
    if (folder / SUBMISSION_FILE).exists() or (folder / SUBMISSION_FILE).is_symlink():
        return _of_submission(folder)
    if (folder / RUN_FILE).exists() or (folder / RUN_FILE).is_symlink():
        return _of_run(folder)
    raise ValueError(f"{folder} has neither {SUBMISSION_FILE} nor {RUN_FILE}.")


def _of_submission(folder: Path) -> Claim:
    told = read_submission(folder)
    ((suite, digest),) = told.suites.items()
    return Claim(
        folder=folder,
        player=told.model,
        suite=suite,
        digest=digest,
        seed=None if told.trained_on is None else told.trained_on.seed,
        settings=told.settings,
        sampling=told.sampling,
        weights=told.weights or "",
        versions=told.versions,
        rows=ROWS_FILE,
        log=LOG_FILE,
        submission=told,
    )


def _of_run(folder: Path) -> Claim:
    try:
        record = RunRecord.model_validate_json(read_small_json(folder / RUN_FILE))
    except ValidationError as error:
        raise ValueError(f"{RUN_FILE} is no record of a run: {first_of(error)}.") from error
    config = record.config
    if record.kind != "evaluate":
        raise ValueError(f"{RUN_FILE} is of a {record.kind}: only evaluations are verified.")
    if set(config) not in (_OF_AGENTS, _OF_MODELS):
        raise ValueError(f"{RUN_FILE}: config has the keys {brief(sorted(config))}.")
    if len(record.suites) != 1:
        raise ValueError(
            f"{RUN_FILE} names {len(record.suites)} suites, expected 1: runs of ids are of none."
        )
    if len(record.seeds) > 1:
        raise ValueError(f"{RUN_FILE}: an evaluation has one seed or none.")
    if not record.sessions:
        raise ValueError(f"{RUN_FILE} tells of no session.")
    cells, episodes = config["cells"], config["episodes"]
    if not isinstance(cells, dict) or not isinstance(episodes, dict) or not cells:
        raise ValueError(f"{RUN_FILE}: config.cells and config.episodes are objects.")
    ((suite, digest),) = record.suites.items()
    # Settings of the request may be of any form, such as a token that ends a reply.
    told = {key: value for key, value in config.items() if key in ("agent", "model", "weights")}
    told["versions"] = {str(number): one.versions for number, one in enumerate(record.sessions)}
    for problem in unsafe({**told, "cells": dict.fromkeys(cells, 0)}):
        raise ValueError(f"{RUN_FILE}: {problem}.")
    player = _player(config, next(iter(cells)))
    sampling, weights = config.get("sampling"), config.get("weights", "")
    if sampling is None and (folder / REPLIES_FILE).exists():
        raise ValueError(f"{REPLIES_FILE} is there, and {RUN_FILE} is of no model.")
    if not isinstance(weights, str) or ("model" in config and not isinstance(sampling, dict)):
        raise ValueError(f"{RUN_FILE}: config.weights is a text, config.sampling an object.")
    return Claim(
        folder=folder,
        player=player,
        suite=suite,
        digest=digest,
        seed=record.seeds[0] if record.seeds else None,
        settings=_settings(next(iter(cells.values()))),
        sampling=sampling,
        weights=weights,
        versions=[session.versions for session in record.sessions],
        cells=cells,
        episodes=episodes,
    )


def _player(config: Mapping[str, Any], cell: str) -> str:
    """Return the name of the player, with which the names of its cells begin."""
    player = cell.rpartition("/")[0]
    asked = config.get("model", config.get("agent"))
    # A file of weights is named after its folder and itself.
    if not player or (not config.get("weights") and player != asked):
        raise ValueError(f"{RUN_FILE} is of {brief(asked)}, and its cells are of {brief(player)}.")
    return player


def _settings(cell: Any) -> Settings:
    """Return the settings of a cell of a run, with any size."""
    if not isinstance(cell, dict) or not isinstance(cell.get("id"), str):
        raise ValueError(f"{RUN_FILE}: each of config.cells has an id.")
    asked = {name: cell[name] for name in _ASKED if name in cell}
    told = {"interface": interface_named(cell["id"]), "size": "any", **asked}
    try:
        return Settings.model_validate(told)
    except ValidationError as error:
        raise ValueError(f"{RUN_FILE}: config.cells: {first_of(error)}.") from error


def claimed_suite(claim: Claim, suite_file: Path | None) -> Suite:
    """Return the suite that a claim names, or that of a file, which may be another one.

    Raises:
        ValueError: there is none of this name, or the file is no suite.
        OSError: the file cannot be read.
    """
    if suite_file is not None:
        return read_suite(suite_file)
    try:
        return suite_named(claim.suite)
    except ValueError as error:
        raise ValueError(f"{error} Name the file of another suite by --suite-file.") from None


def check_suite(claim: Claim, of: Suite) -> None:
    """Check that a suite is the one that is claimed.

    Raises:
        ValueError: it is another one, or another version of it.
    """
    if claim.suite != of.name:
        raise ValueError(f"It is of the suite {claim.suite}, and {of.name} was expected.")
    if claim.digest != of.digest:
        raise ValueError(
            f"It is of the suite {of.name} with digest {claim.digest}; version {of.version} has "
            f"{of.digest}. It was edited, or made with another version of the suite."
        )
