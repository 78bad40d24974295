"""The standing entries of the leaderboard: floors, baselines, experts, trained arms and SmolLM2.

`make entries` plays and verifies them, and writes their folders into submissions/. What is there
already is written again, to the same bytes by the same versions. This module makes those that are
named, or all but SmolLM2's, which needs the extra [hf] and is made where that is installed.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

import typer
from rich.console import Console

from benchmarks.consoles import reported_errors, say
from benchmarks.evaluation import run_evaluation
from benchmarks.options import EvaluationOptions
from benchmarks.players import REPLIERS, TRAINED, scripted_agents
from benchmarks.runs import RunError
from benchmarks.submissions import smollm2
from benchmarks.submissions.writing import submit
from benchmarks.suites import SUITES, Suite
from benchmarks.tasks import TASKS
from shiftgym.progress import show_progress

DAY = date(2026, 11, 28)
"""Of the entries; raised when they change."""

LICENCE = "CC0-1.0"

TRAINED_FIRST: Mapping[str, tuple[str, ...]] = {
    "gp-l": ("mlp", "lm"),
    "virl-l": ("mlp", "lm"),
    "gp-vl": ("cnn",),
    "virl-vl": ("cnn",),
}
"""Suites that have standing entries, and the policies that are trained first."""

ARMS = ("sft", "rl")

POLICIES = {
    "mlp": "MLP on symbols",
    "lm": "Small language model on text",
    "cnn": "CNN on pictures",
}

MOST_TOKENS = 48
"""Of a reply of SmolLM2 to a hand: it answers at once or not at all."""

SMALLER = {"virl-l": "paper", "gp-vl": "smoke", "virl-vl": "smoke"}
"""Size at which those play who reply with text at once, or look at pictures. Along a route each of
twenty replies is kept, and one that repeats its prompt is as long as that; a picture is drawn again
when its row is verified."""


@dataclass(frozen=True)
class StandingEntry:
    """An entry that this repository makes itself.

    Attributes:
        suite: its name.
        name: of the agent, of the policy and the arm that are trained first, or of the model.
        by: who plays: a scripted agent, one that is trained first, or a model that nobody trained
            here, which needs the extra [hf] and its weights.
    """

    suite: str
    name: str
    by: Literal["script", "training", "model"] = "script"

    @property
    def folder(self) -> str:
        """Name of the folder in submissions/."""
        return f"{self.suite}-{self.name}"


def standing_entries() -> Iterator[StandingEntry]:
    """Yield all of them, those that take longest last."""
    for suite in TRAINED_FIRST:
        for name in scripted_agents(TASKS[SUITES[suite].task]):
            if name not in REPLIERS or not SUITES[suite].axes:  # those read no picture anyway
                yield StandingEntry(suite, name)
    for suite, policies in TRAINED_FIRST.items():
        for policy in policies:
            for arm in ARMS:
                yield StandingEntry(suite, f"{policy}-{arm}", "training")
    yield StandingEntry("gp-l", smollm2.NAME.lower(), "model")


def make_entry(entry: StandingEntry, out: Path, runs: Path, console: Console) -> None:
    """Play an entry, what is left of it, and write its folder.

    Args:
        out: folder of submissions.
        runs: folder in which runs and weights are kept.

    Raises:
        RunError: it does not hold, or a run's folder is in use.
        OSError: a folder cannot be written.
    """
    of = SUITES[entry.suite]
    asked = _asked(entry, of, runs, console)
    if pending := run_evaluation(asked, Console(quiet=True)):
        raise RunError(f"{entry.folder}: {pending} episodes are pending.")
    assert asked.out is not None
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out, prefix=".standing-") as made:
        verdict = submit(
            asked.out,
            Path(made) / entry.folder,
            **_told(entry),
            day=DAY,
        )
        if (out / entry.folder).is_symlink():
            raise RunError(f"{out / entry.folder} is a symbolic link, and links are not followed.")
        shutil.rmtree(out / entry.folder, ignore_errors=True)
        (Path(made) / entry.folder).rename(out / entry.folder)
    size = sum(path.stat().st_size for path in (out / entry.folder).iterdir())
    say(console, f"{entry.folder}: {len(verdict.rows):,} episodes verified, {size:,} bytes")


def _asked(entry: StandingEntry, of: Suite, runs: Path, console: Console) -> EvaluationOptions:
    out = runs / f"entry-{entry.folder}"
    if entry.by == "model":
        local = smollm2.playing(max_tokens=MOST_TOKENS)
        return EvaluationOptions(local=local, suite=of.name, size="smoke", out=out)
    agent, seed = entry.name, None
    if entry.by == "training":
        # Training imports torch, which nobody else here needs.
        from benchmarks.submissions.short_training import trained_weights

        agent = str(trained_weights(of, entry.name, runs, console))
    elif entry.name == TRAINED:
        seed = 0
    is_long = entry.name in REPLIERS or entry.name.startswith("cnn-")
    size = SMALLER.get(of.name) if is_long else None
    return EvaluationOptions(agent=agent, suite=of.name, seed=seed, size=size, out=out)


def _told(entry: StandingEntry) -> dict[str, str]:
    """Return what is said of an entry, in the words of `submit`."""
    if entry.by == "model":
        about = {"licence": smollm2.LICENCE, "link": smollm2.LINK}
        return {"name": smollm2.NAME, "track": "stock", **about}
    if entry.by == "script":
        name = entry.name.replace("-", " ").capitalize()
        return {"name": name, "track": "reference", "licence": LICENCE}
    policy, _, arm = entry.name.partition("-")
    how = "imitation" if arm == "sft" else "reinforcement"
    name = f"{POLICIES[policy]}, short training by {how}"
    return {"name": name, "track": "trained", "licence": LICENCE}


def main(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Folders such as gp-l-random; none for all but SmolLM2's."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of submissions.")] = Path("submissions"),
    runs: Annotated[Path, typer.Option(help="Folder of runs and weights.")] = Path("runs"),
) -> None:
    """Make the standing entries; the same command goes on where it was cut off."""
    console, chosen = Console(), list(standing_entries())
    show_progress()
    with reported_errors():
        chosen = _chosen(names or [], chosen)
        for entry in chosen:
            make_entry(entry, out, runs, console)


def _chosen(names: Sequence[str], known: Sequence[StandingEntry]) -> list[StandingEntry]:
    folders = {entry.folder: entry for entry in known}
    if unknown := [name for name in names if name not in folders]:
        raise ValueError(
            f"There is no standing entry {unknown[0]}: expected some of {', '.join(folders)}."
        )
    if names:
        return [folders[name] for name in names]
    return [entry for entry in known if entry.by != "model"]


if __name__ == "__main__":
    typer.run(main)
