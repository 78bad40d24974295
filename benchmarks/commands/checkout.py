"""The commands that need a checkout of the repository."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.commands import arguments
from benchmarks.commands.arguments import RUNS
from benchmarks.consoles import reported_errors


def study(
    suite: Annotated[str, typer.Option(help="To study: gp-l, virl-l, gp-vl or virl-vl.")] = "gp-l",
    preset: Annotated[
        str,
        typer.Option(
            help="quick, full or grid; of some suites also demo, grid-chosen, grid-answers, "
            "grid-answers-chosen, grid-half, grid-answers-half, controls, controls-more and "
            "smollm2."
        ),
    ] = "quick",
    out: Annotated[
        Path | None, typer.Option(help="Folder of the run; made if missing, resumed.")
    ] = None,
    policies: Annotated[
        str | None, typer.Option(help="Of the preset, such as mlp; all by default.")
    ] = None,
    seeds: Annotated[
        int | None,
        typer.Option(min=1, help="Number of seeds, from 0 for most presets; default by preset."),
    ] = None,
    only: Annotated[
        str | None, typer.Option(help="Seeds to run now, such as 0,2; the others stay for later.")
    ] = None,
    reuse: Annotated[
        Path | None,
        typer.Option(help="Study whose finished stages are taken over where they are the same."),
    ] = None,
    cv: Annotated[
        bool, typer.Option("--cv", help="Leave one city out for each seed; on the streets only.")
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Jobs at a time, one core each: 2, 1 if streets are seen, all of a cluster.",
        ),
    ] = None,
    device: Annotated[
        str | None, typer.Option(help="Of language models, such as cuda; default by preset.")
    ] = None,
    engine: Annotated[
        str, typer.Option(help="Where jobs run: local, or ray with the extra \\[ray].")
    ] = "local",
) -> None:
    """Compare imitation and reinforcement, in and out of distribution; the same command resumes."""
    with reported_errors():
        from benchmarks.checkout import only_in_checkout

        only_in_checkout("study")
        from benchmarks.study.presets import CV, one_city_out, preset_named
        from benchmarks.study.run import run_study
        from benchmarks.suites import suite as suite_named

        of = suite_named(suite)
        chosen = preset_named(preset, of.name)
        name = chosen.name
        if policies is not None:
            chosen = chosen.with_policies(arguments.names(policies))
            name = "-".join([name, *chosen.policies])
        if cv:
            chosen = one_city_out(chosen, of.task)
            name += CV
        all_seeds = chosen.all_seeds(seeds)
        if device is not None:
            chosen = chosen.on(device)
            name += f"-{device}"
        run_study(
            chosen,
            of,
            out or RUNS / f"study-{of.name}-{name}-{len(all_seeds)}-seeds",
            seeds=all_seeds,
            only=arguments.seeds(only, all_seeds),
            workers=jobs,
            engine=engine,
            other=reuse,
            console=Console(),
        )


def speed(
    names: Annotated[list[str] | None, typer.Argument(help="Measurements; none for all.")] = None,
    out: Annotated[Path, typer.Option(help="JSON file.")] = RUNS / "speed.json",
) -> None:
    """Measure the environments against their bars; exit code 1 if one is missed."""
    with reported_errors():
        from benchmarks.checkout import only_in_checkout

        only_in_checkout("speed")
        from benchmarks.speed.runner import run_speed

        reached = run_speed(names or [], out, Console())
    if not reached:
        raise typer.Exit(1)


def probe(
    folder: Annotated[Path, typer.Argument(help="Folder of a study of image-based agents.")],
    episodes: Annotated[int, typer.Option(min=10, help="Of each column.")] = 300,
    training: Annotated[int, typer.Option(min=100, help="That readers are fitted on.")] = 3000,
) -> None:
    """Ask what a new linear reader can tell from what each arm makes of pictures."""
    with reported_errors():
        from benchmarks.checkout import only_in_checkout

        only_in_checkout("probe")
        from benchmarks.probe import probe as make_probe

        make_probe(folder, episodes=episodes, training=training, console=Console())
