"""Measures made afterwards, of the weights a study kept: `python -m benchmarks.study.measures`.

What it measures stands in `benchmarks.study.probes`. Nothing is trained, and the study may still
run. Values of episodes lie in the run's folder, in measures/POLICY-seedN.jsonl, a line for each
point, column and measure: the same command goes on behind the last whole line. At the end, means
with intervals are written to measures.json, in the form that `benchmarks.study.measured` tells.
Their measures are, of each point and column:

    pass@1, pass@2, ...  at least one of k samples at temperature 1 succeeds: the mean over all
                         choices of k of those that were drawn
    kl                   KL from the init, nats a word, or an action where there are no words
    revision             success with all attempts of the environment
    revision_room        share of episodes whose dialogue fitted into the context to its end
    forced               the primary metric where the right reading is given, also by parts
    unlisted             the primary metric where the prompt does not list the turns

There is no key for what a policy cannot be asked: forced is of language models, and unlisted of
language models on the streets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.commands import arguments
from benchmarks.consoles import reported_errors, say
from benchmarks.runs import (
    LineFile,
    RunError,
    line_of,
    lock_folder,
    read_record,
    write_json,
)
from benchmarks.study.endpoints import CHOOSES, choose
from benchmarks.study.folder import described
from benchmarks.study.job import Job
from benchmarks.study.loaded import Study, load_study
from benchmarks.study.measure_lines import (
    MEASURES_FOLDER,
    MOST_SAMPLES,
    Line,
    jobs_of,
    lines_of,
    measured,
    measures_tables,
)
from benchmarks.study.measured import MEASURES_FILE, Measures
from benchmarks.study.points import read_points
from benchmarks.study.probes import PROBES, Probe

POINTS = ("last", "best", "all")


def measure(
    folder: Path,
    *,
    points: str = "last",
    columns: Sequence[str] = ("in", "rule_ood"),
    measures: Sequence[str] = tuple(PROBES),
    episodes: int = 100,
    samples: int = 8,
    seeds: Sequence[int] | None = None,
) -> Iterator[str]:
    """Measure what is not measured yet; yield a line of text for each that was.

    Args:
        points: "last" for the init and each arm's last point, "best" for its best one on validation
            too, or "all".
        seeds: of the study; None for all.

    Raises:
        RunError: it is not a study's folder, has no weights of such points, or another process
            measures it.
        ValueError: for points, a seed, a column or a measure that there are none of.
    """
    record, _, of = described(folder)
    if seeds is not None:
        _check("seed", map(str, seeds), [*map(str, record.seeds)])
    _check("choice of points", [points], POINTS)
    _check("column", columns, of.columns)
    _check("measure", measures, PROBES)
    best = _best(load_study(folder)) if points == "best" else {}
    asked = [
        (job, path, _chosen(job, points, best))
        for job, path in jobs_of(folder)
        if seeds is None or job.seed in seeds
    ]
    if not any(job.kept_weights(*one) for job, _, chosen in asked for one in chosen):
        raise RunError(
            f"{folder} has weights of none of the points and seeds that are asked for ({points}): "
            f"they are not finished, or it is a published study, whose points have none. Train "
            f"the study, or its seeds, with --only, and measure that."
        )
    (folder / MEASURES_FOLDER).mkdir(exist_ok=True)
    with closing(lock_folder(folder / MEASURES_FOLDER)):
        for job, path, chosen in asked:
            known = {line.asked for line in lines_of(path)}
            with closing(LineFile(path)) as file:
                for stage, point in chosen:
                    if job.kept_weights(stage, point) is None:
                        yield f"{job.name}, {stage}/{point}: not measured, its weights are gone"
                        continue
                    for column in columns:
                        probe = Probe(job, stage, point, column, episodes, samples)
                        for name in measures:
                            if (stage, point, column, name, episodes, samples) in known:
                                continue
                            line = _line(probe, name)
                            file.append(line_of(line))
                            yield f"{job.name}, {stage}/{point}, {column}: {name}"
        write_measures(folder)


def write_measures(folder: Path) -> None:
    """Write measures.json from what is measured until now; what it held stays where that is none.

    A published study has measures and no lines that they came from.
    """
    numbers = list(measured(folder))
    if numbers:
        measures = Measures(numbers, measures_tables(numbers))
        write_json(folder / MEASURES_FILE, measures.plain())


def _check(what: str, given: Iterable[str], known: Iterable[str]) -> None:
    for name in given:
        if name not in known:
            raise ValueError(f"Unknown {what} {name!r}: expected one of {', '.join(known)}.")


def _chosen(job: Job, points: str, best: Mapping[tuple[str, str], int]) -> list[tuple[str, int]]:
    """Return the points that are measured, of those that the job has finished."""
    ends = job.settings.ends(job.preset.points)
    return [
        (one.stage, one.point)
        for one in read_points(job.folder).values()
        if points == "all" or one.point in (ends.get(one.stage), best.get((job.policy, one.stage)))
    ]


def _best(study: Study) -> dict[tuple[str, str], int]:
    """Return the point of each arm that is best on validation, mean over seeds."""
    found, preset = dict[tuple[str, str], int](), study.preset
    if CHOOSES not in study.of.columns:
        raise RunError(f"{study.folder} has no column {CHOOSES}, by which points are chosen.")
    for policy, settings in preset.policies.items():
        told = {
            (stage, point, column): played
            for (stage, point, column), played in study.played(policy).items()
            if column == CHOOSES
        }
        for arm in settings.all_arms:
            if any(name == arm for name, _, _ in told):
                found[policy, arm] = choose(told, [arm], preset.points).point
    return found


def _line(probe: Probe, name: str) -> Line:
    values, played = PROBES[name](probe)
    return Line(
        stage=probe.stage,
        point=probe.point,
        column=probe.column,
        measure=name,
        episodes=probe.episodes,
        samples=probe.samples,
        clusters=[one.dealt.cluster for one in played],
        parts=probe.parts(played) if played else {},
        values=values,
    )


def main(
    run: Annotated[Path, typer.Argument(help="Folder of a study.")],
    points: Annotated[
        str, typer.Option(help="last (and the init), best (on validation, and last), or all.")
    ] = "last",
    columns: Annotated[str, typer.Option(help="Such as in,rule_ood.")] = "in,rule_ood",
    measures: Annotated[str, typer.Option(help="Such as samples,forced.")] = ",".join(PROBES),
    episodes: Annotated[int, typer.Option(min=1, max=10_000, help="Of a point and column.")] = 100,
    samples: Annotated[int, typer.Option(min=1, max=MOST_SAMPLES, help="Of an episode.")] = 8,
    only: Annotated[str, typer.Option(help="Seeds to measure now, such as 0,2.")] = "",
) -> None:
    """Measure a study's kept weights; the same command resumes."""
    import torch

    torch.set_num_threads(1)
    console = Console()
    with reported_errors():
        for told in measure(
            run,
            points=points,
            columns=arguments.names(columns),
            measures=arguments.names(measures),
            episodes=episodes,
            samples=samples,
            seeds=arguments.seeds(only, read_record(run).seeds) if only else None,
        ):
            say(console, told)
        say(console, str((run / MEASURES_FILE).resolve()))


if __name__ == "__main__":
    typer.run(main)
