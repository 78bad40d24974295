"""The commands of `python -m benchmarks`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

# Commands import what they need when they run: `--help` should not wait for torch.

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Evaluate agents, run the study, measure speed, print reports.",
)

RUNS = Path("runs")

Out = Annotated[Path | None, typer.Option(help="Folder of the run; made if missing, resumed.")]


@app.command()
def evaluate(
    agent: Annotated[
        str, typer.Option(help="random, expert, memoriser, or a file of weights from a study.")
    ],
    suite: Annotated[str, typer.Option(help="Suite whose columns are played.")] = "gp-l",
    ids: Annotated[
        str | None,
        typer.Option(help="Ids instead of a suite, split by commas; Text ids: expert and lm only."),
    ] = None,
    episodes: Annotated[int, typer.Option(min=1, help="Episodes of each column or id.")] = 500,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Test fold; by default that of the weights, or 0.")
    ] = None,
    max_attempts: Annotated[int, typer.Option(min=1, max=10)] = 1,
    out: Out = None,
) -> None:
    """Play test episodes with any agent; the same command resumes."""
    from benchmarks.evaluation import run_evaluation

    with _errors():
        run_evaluation(
            agent,
            suite_name=suite,
            ids=[name.strip() for name in ids.split(",")] if ids else [],
            episodes=episodes,
            seed=seed,
            max_attempts=max_attempts,
            folder=out,
            default_folder=RUNS,
            console=Console(),
        )


@app.command()
def study(
    preset: Annotated[str, typer.Option(help="quick (under 10 minutes) or full.")] = "quick",
    settings: Annotated[str, typer.Option(help="Suite to study.")] = "gp-l",
    out: Out = None,
    seeds: Annotated[
        int | None, typer.Option(min=1, help="Number of seeds, from 0; default by preset.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes at a time, one core each.")] = 2,
) -> None:
    """Compare imitation and reinforcement, in and out of distribution; the same command resumes."""
    from benchmarks.study.presets import preset_named
    from benchmarks.study.run import run_study
    from benchmarks.suites import suite

    with _errors():
        chosen, of = preset_named(preset), suite(settings)
        count = seeds or chosen.seeds
        run_study(
            chosen,
            of,
            out or RUNS / f"study-{of.name}-{chosen.name}-{count}-seeds",
            seeds=range(count),
            workers=jobs,
            console=Console(),
        )


@app.command()
def speed(
    names: Annotated[list[str] | None, typer.Argument(help="Measurements; none for all.")] = None,
    out: Annotated[Path, typer.Option(help="JSON file.")] = RUNS / "speed.json",
) -> None:
    """Measure the environments against their bars; exit code 1 if one is missed."""
    from benchmarks.speed.runner import run_speed

    with _errors():
        reached = run_speed(names or [], out, Console())
    if not reached:
        raise typer.Exit(1)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="Folder of a run, finished or not.")],
    check: Annotated[
        int, typer.Option(min=0, help="Replay so many rows, spread over the run, first.")
    ] = 0,
) -> None:
    """Make the tables and the picture of a run again from its rows."""
    from benchmarks.report import check_rows
    from benchmarks.report import report as make_report

    console = Console()
    with _errors():
        if check:
            console.print(f"{check_rows(folder, check)} rows replayed to the same rewards.")
        make_report(folder, console)


class _errors:
    """Turns errors that were made for people into a message and exit code 2."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, _: Any) -> None:
        from benchmarks.runs import RunError

        if isinstance(error, KeyboardInterrupt):
            Console(stderr=True).print("Interrupted. The same command resumes.")
            raise typer.Exit(130) from None
        if isinstance(error, (RunError, ValueError)):
            Console(stderr=True).print(f"Error: {error}", markup=False, highlight=False)
            raise typer.Exit(2) from None
