"""Pack a study's rows for `results/`: `python -m benchmarks.study.publish RUN NAME`.

What is packed is a study's folder that `report` reads. README and docs may quote it;
`python -m benchmarks.study.findings` writes what they quote.
"""

from __future__ import annotations

import json
import lzma
import re
import shutil
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.commands import arguments
from benchmarks.consoles import reported_errors
from benchmarks.packed_rows import pack
from benchmarks.records import Episode, RunRecord
from benchmarks.runs import (
    PACKED_FILE,
    RUN_FILE,
    RunError,
    lock_folder,
    pack_json,
    read_episodes,
    read_json,
    read_record,
    write_json,
)
from benchmarks.study.cells import REFERENCE, Place, place_of
from benchmarks.study.endpoints import PRIMARY
from benchmarks.study.folder import job_folder
from benchmarks.study.loaded import load_study
from benchmarks.study.measure_lines import MEASURES_FOLDER, measured, measures_tables
from benchmarks.study.measured import MEASURES_FILE, Measured, Measures, read_measures
from benchmarks.study.points import POINTS_FILE, read_book, read_points
from benchmarks.study.presets import CV, PRESETS, Preset
from benchmarks.study.replacing import would_lose
from benchmarks.study.timing import TIMING_FILE
from shiftgym.atomic import write_atomically

RESULTS = Path("results")

BEFORE = ".before"
"""How the hidden folder ends in which what is published lies while another takes its place."""

REPLIES_OF = ("in", PRIMARY)
"""Columns that are packed with what was replied or done: what is tested on, and the same under the
trained rule."""

REPLIES = 50
"""Episodes of each, from the first on, that are packed so: enough to replay, and to read."""

_BRIEF: dict[str, Any] = {
    "replies": None,
    "actions": None,
    "digest": "",
    "outcomes": [],
    "rewards": [],
    "tokens": 0,
}
"""What other rows say of the attempts: nothing. Whether the last one was right stays."""


def publish(
    run: Path,
    out: Path,
    *,
    columns: Collection[str] | None = None,
    seeds: Sequence[int] | None = None,
    weights: Sequence[str] = (),
    unfinished: bool = False,
    replace_with_less: bool = False,
) -> int:
    """Pack a study.

    Args:
        run: its folder.
        out: made if missing; what it held is replaced once all is packed.
        columns: that are kept of the points between the init and the last; None for all.
        seeds: that are packed; None for all.
        weights: arms, and "init", whose last checkpoints of the first seed are packed, as .pt.xz.
        unfinished: whether it is packed though points or episodes of these seeds are missing.
        replace_with_less: whether it takes the place of a study that holds something else or more.

    Returns:
        Bytes of the packed folder.

    Raises:
        RunError: it is not a study's folder or is damaged, is unfinished, or lacks what is asked
            for; it holds `out` or is in it; `out` holds what would be lost; or another process
            publishes there. What `out` held stays.
    """
    study = load_study(run)
    record, preset = study.record, study.preset
    kept = [c for c in preset.curve_columns if columns is None or c in columns]
    if columns is not None and (unknown := set(columns) - set(preset.curve_columns)):
        raise RunError(
            f"{run} has no curves of {', '.join(sorted(unknown))}: expected some of "
            f"{', '.join(preset.curve_columns)}."
        )
    chosen = record.seeds if seeds is None else sorted(set(seeds))
    if not chosen or not set(chosen) <= set(record.seeds):
        raise RunError(f"{run} lacks some of the seeds {seeds}: expected some of {record.seeds}.")
    here, there = run.resolve(), out.resolve()
    if here.is_relative_to(there) or there.is_relative_to(here):
        raise RunError(f"{run} cannot be packed into {out}: one is in the other.")
    for policy, settings in preset.policies.items():
        arms = settings.ends(preset.points)
        if unknown := set(weights) - set(arms):
            raise RunError(
                f"{policy} of {run} has no arm {', '.join(sorted(unknown))}: expected some of "
                f"{', '.join(arms)}, of each policy."
            )
    packed = record.model_copy(update={"seeds": chosen})
    if not unfinished and (missing := replace(study, record=packed).missing):
        raise RunError(
            f"{run}: {missing.headline()}. Finish the study, name the seeds that are finished "
            f"with --seeds, or pack what there is with --unfinished."
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    with closing(lock_folder(out.parent)):
        _replace(
            out,
            lambda partial: _pack_study(run, partial, packed, preset, kept, weights),
            check=not replace_with_less,
        )
    return sum(file.stat().st_size for file in out.rglob("*") if file.is_file())


def _replace(out: Path, write: Callable[[Path], None], *, check: bool) -> None:
    """Put a folder that is written beside it in the place of another, whole or not at all.

    Args:
        check: whether to refuse where something would be lost.
    """
    partial, before = (out.with_name(f".{out.name}{end}") for end in (".partial", BEFORE))
    shutil.rmtree(partial, ignore_errors=True)
    if before.exists() and not out.exists():  # One was killed between the two.
        before.rename(out)
    try:
        write(partial)
        if check and (lost := list(would_lose(out, partial))):
            raise RunError(
                f"{out} would lose {'; '.join(lost)}. Choose another name, pack what it has too, "
                f"or give --replace."
            )
        if out.exists():
            shutil.rmtree(before, ignore_errors=True)
            out.rename(before)
        partial.rename(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        if before.exists() and not out.exists():
            before.rename(out)
    shutil.rmtree(before, ignore_errors=True)


def _measured_of(run: Path, measures: Measures, seeds: Collection[int]) -> list[Measured]:
    """Return what was measured of some seeds: a published study has means of all of them alone."""
    if (run / MEASURES_FOLDER).exists():
        return list(measured(run, seeds))
    return [one for one in measures.measured if one.estimate.by_seed.keys() <= {*seeds}]


def _pack_study(
    run: Path,
    out: Path,
    record: RunRecord,
    preset: Preset,
    kept: list[str],
    weights: Sequence[str],
) -> None:
    """Pack the seeds of a record into a new folder, of the points on the way `kept` columns."""
    out.mkdir(parents=True)
    # The packed folder says of itself what it holds, so that nothing seems missing.
    config = {**record.config, "curve_columns": kept}
    packed = record.model_copy(update={"config": config})
    write_json(out / RUN_FILE, packed.model_dump(mode="json"))
    if (measures := read_measures(run)) is not None:
        if any(one.estimate.by_seed.keys() - {*record.seeds} for one in measures.measured):
            numbers = _measured_of(run, measures, record.seeds)
            measures = Measures(numbers, measures_tables(numbers))
        if measures.measured:
            pack_json(out / MEASURES_FILE, measures.plain())
    references = (row for row in read_episodes(run) if place_of(run, row)[1] in record.seeds)
    _pack(out, [_brief(run, row, preset) for row in references])
    for policy in preset.policies:
        for seed in record.seeds:
            job = job_folder(run, policy, seed)
            if read_book(job) is None:
                continue
            target = job_folder(out, policy, seed)
            target.mkdir(parents=True)
            for name in (POINTS_FILE, TIMING_FILE):
                _pack_json(job, target, name)
            points = set(read_points(job))
            rows = (row for row in read_episodes(job) if _stays(job, row, points, preset, kept))
            _pack(target, [_brief(job, row, preset) for row in rows])
            if weights and seed == record.seeds[0]:
                from agents.sb3.checkpoint import load_state  # takes seconds, and few have weights

                for name in weights:
                    if not (job / f"{name}.pt").exists():
                        raise RunError(f"{job} has no {name}.pt: its weights were not kept.")
                    load_state(job / f"{name}.pt")  # for its errors: nobody else opens it here
                    checkpoint = (job / f"{name}.pt").read_bytes()
                    write_atomically(target / f"{name}.pt.xz", lzma.compress(checkpoint, preset=9))


def command_of(record: RunRecord, preset: Preset) -> str:
    """Return the command that makes a study like it."""
    suite = next(iter(record.suites))
    name = preset.name.removesuffix(CV)
    told = f"python -m benchmarks study --suite {suite} --preset {name}"
    told += " --cv" if name != preset.name else ""
    whole = PRESETS.get(suite, {}).get(name)
    if whole is not None and set(preset.policies) < set(whole.policies):
        told += f" --policies {','.join(preset.policies)}"
    first = 0 if whole is None else whole.all_seeds()[0]
    count = record.seeds[-1] + 1 - first
    told += f" --seeds {count}"
    if len(record.seeds) < count:
        told += f" --only {','.join(map(str, record.seeds))}"
    return told


def _stays(
    folder: Path, row: Episode, points: Collection[str], preset: Preset, kept: Collection[str]
) -> bool:
    """Return whether a row is packed: of finished points, and of columns that are asked for."""
    _, _, stage, point, column = place = place_of(folder, row)
    return f"{stage}/{point}" in points and (_is_end(place, preset) or column in kept)


def _brief(folder: Path, row: Episode, preset: Preset) -> Episode:
    """Return a row as it is packed: mostly without its attempts, which take most of the room.

    Of the ends they stay, on `REPLIES_OF`, in the first `REPLIES` episodes.
    """
    *_, column = place = place_of(folder, row)
    told = _is_end(place, preset) and column in REPLIES_OF and row.index < REPLIES
    return row if told else row.model_copy(update=_BRIEF)


def _is_end(place: Place, preset: Preset) -> bool:
    """Return whether a row is of a reference, of the init or of an arm's last point."""
    policy, _, stage, point, _ = place
    return policy == REFERENCE or stage == "init" or point == preset.points


def _pack(target: Path, rows: list[Episode]) -> None:
    write_atomically(target / PACKED_FILE, pack(rows))


def _pack_json(source: Path, target: Path, name: str) -> None:
    """Pack a file of JSON, where there is one: jobs of earlier versions have not all."""
    data = read_json(source / name)
    if data is not None:
        pack_json(target / name, data)


def main(
    run: Annotated[Path, typer.Argument(help="Folder of the study.")],
    name: Annotated[str, typer.Argument(help="Folder in results/, such as gp-l-grid.")],
    columns: Annotated[
        str | None, typer.Option(help="Columns kept between init and end, split by commas.")
    ] = None,
    seeds: Annotated[
        str | None, typer.Option(help="Seeds, split by commas, as those that are finished.")
    ] = None,
    weights: Annotated[
        str | None, typer.Option(help="Arms whose last checkpoints of the first seed are packed.")
    ] = None,
    unfinished: Annotated[
        bool, typer.Option("--unfinished", help="Pack what there is, though some is missing.")
    ] = False,
    replace_with_less: Annotated[
        bool, typer.Option("--replace", help="Take the place of another study, or of more.")
    ] = False,
) -> None:
    """Pack a study into results/."""
    with reported_errors():
        if not re.fullmatch(r"[\w-]+", name):
            raise RunError(f"{name!r} is no name of a folder in {RESULTS}: expected as gp-l-grid.")
        if not RESULTS.is_dir():
            raise RunError(f"There is no {RESULTS}/ here. Run this in the root of a checkout.")
        size = publish(
            run,
            RESULTS / name,
            columns=None if columns is None else arguments.names(columns),
            seeds=arguments.seeds(seeds, read_record(run).seeds, "--seeds"),
            weights=arguments.names(weights),
            unfinished=unfinished,
            replace_with_less=replace_with_less,
        )
        record = read_record(RESULTS / name)
        typer.echo(json.dumps({"folder": str(RESULTS / name), "bytes": size, **record.suites}))
        typer.echo("Next: python -m benchmarks.study.findings")


if __name__ == "__main__":
    typer.run(main)
