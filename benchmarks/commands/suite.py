"""The commands `shiftgym suite`: what suites hold, what they cost, how surely they decide."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from benchmarks.consoles import reported_errors, say

if TYPE_CHECKING:
    from benchmarks.suites import Suite


app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Show, check and weigh suites.",
)

Names = Annotated[
    list[str] | None, typer.Argument(help="Suites or JSON files; none for those of shiftgym.")
]
Size = Annotated[str, typer.Option(help="Of the suite: smoke, standard or paper.")]


@app.command("list")
def list_suites() -> None:
    """Print name, version, digest and columns of each suite of shiftgym."""
    from benchmarks.suites import SUITES

    for of in SUITES.values():
        say(Console(), f"{of.name:8} version {of.version}  {of.digest}  {of.task}, {_columns(of)}")


@app.command()
def show(names: Names = None) -> None:
    """Print version, digest and columns of suites, and how many hands or routes each has."""
    from benchmarks.suites import SUITES
    from benchmarks.suites.files import suite_or_file
    from benchmarks.suites.shown import lines_of

    with reported_errors():
        for name in names or SUITES:
            for line in lines_of(suite_or_file(name)):
                say(Console(), line)


@app.command()
def check(files: Annotated[list[str], typer.Argument(help="JSON files of suites.")]) -> None:
    """Check that suites can be played as their files say, and print their digests."""
    from benchmarks.cells import check_totals
    from benchmarks.suites.files import read_suite
    from benchmarks.suites.private import sealed

    with reported_errors():
        for name in files:
            if (one := sealed(Path(name))) is not None:
                say(
                    Console(),
                    f"{name} is well formed: {one.name}, version {one.version}, digest "
                    f"{one.digest}, a private set of {one.parameters.task}, commitment "
                    f"{one.commitment}. What is played can be checked once its salt is revealed.",
                )
                continue
            of = read_suite(Path(name))
            check_totals(of)
            say(
                Console(),
                f"{name} holds: {of.name}, version {of.version}, digest {of.digest}, "
                f"{of.task}, {_columns(of)}.",
            )


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Of the suite; files are called after it.")],
    private: Annotated[bool, typer.Option("--private", help="From a secret salt.")] = False,
    task: Annotated[str, typer.Option(help="cards or streets.")] = "cards",
    version: Annotated[str, typer.Option(help="Of the suite.")] = "1",
    out: Annotated[Path, typer.Option(help="Folder for the files.")] = Path(),
) -> None:
    """Make a private suite: NAME.json is for everybody, NAME.salt for you alone."""
    from benchmarks.suites import private as sets

    kinds = {"cards": sets.Cards, "streets": sets.Streets}
    with reported_errors():
        if not private:
            raise ValueError(
                "Name --private. Any other suite is a JSON file that you write: see "
                "docs/extending.md."
            )
        if task not in kinds:
            raise ValueError(f"Unknown task {task!r}: expected {' or '.join(kinds)}.")
        path, salt = out / f"{name}.json", sets.new_salt()
        public = sets.commit(name, kinds[task](), salt, version)
        sets.write_new(path, public, salt)
        say(Console(), f"{path}: publish this file. Its commitment is {public.commitment}.")
        say(
            Console(),
            f"{sets.salt_file(path)}: keep this one to yourself, with a copy. Whoever has it can "
            f"play the suite, and without it nothing that was played can be shown to be right.",
        )


@app.command()
def reveal(
    file: Annotated[Path, typer.Argument(help="Public file of a private suite.")],
) -> None:
    """Publish the salt of a private suite that retires: it is put into the public file."""
    from benchmarks.suites import private as sets

    with reported_errors():
        told = sets.reveal(file)
        say(Console(), f"{file} holds the salt of {told.name} now: anybody can play and verify it.")


@app.command()
def cost(names: Names = None, size: Size = "standard") -> None:
    """Count the requests and characters that a suite asks of a model, with one attempt each."""
    from benchmarks.cost import cost as counted
    from benchmarks.suites.files import suite_or_file

    with reported_errors():
        for name in names or ("gp-l", "virl-l"):
            of = suite_or_file(name)
            told = counted(of, size=size)
            say(
                Console(),
                f"{of.name}, size {size}: {told.requests:,} requests ({told.fewest} to "
                f"{told.most} an episode), {told.characters:,.0f} characters in the first prompt "
                f"of an episode",
            )


@app.command()
def power(
    names: Names = None,
    column: Annotated[str, typer.Option(help="That two models are compared in.")] = "rule_ood",
    size: Size = "standard",
    difference: Annotated[
        float, typer.Option(min=0.1, max=100, help="Of the two models, in points.")
    ] = 10.0,
    discordant: Annotated[
        float, typer.Option(min=0.1, max=100, help="Percent of episodes that come out differently.")
    ] = 30.0,
    correlation: Annotated[
        float, typer.Option(min=0, max=1, help="Of hands of one cluster.")
    ] = 0.0,
    simulations: Annotated[int, typer.Option(min=1, max=100_000)] = 200,
) -> None:
    """Simulate how surely a difference of two models that nobody trained here is found."""
    from benchmarks.suites import SUITES
    from benchmarks.suites.files import suite_or_file
    from benchmarks.suites.power import power as simulated
    from benchmarks.tables import Table, interval, percent

    lines = []
    with reported_errors():
        for name in names or SUITES:
            of = suite_or_file(name)
            found = simulated(
                of,
                column,
                size=size,
                difference=difference / 100,
                discordant=discordant / 100,
                correlation=correlation,
                simulations=simulations,
            )
            lines.append(
                [
                    of.name,
                    str(found.episodes),
                    str(found.clusters),
                    interval(found.found, found.low, found.high),
                    percent(found.false_alarms),
                ]
            )
    title = (
        f"Power in percent: {difference:g} points between two models, {discordant:g} % of episodes "
        f"discordant, column {column}, size {size}, {simulations} simulations"
    )
    header = ["suite", "episodes", "clusters", "found", "found where there is none"]
    Console().print(Table(title, header, lines).rich())


@app.command()
def floor(names: Names = None, size: Size = "smoke") -> None:
    """Play those who know nothing, and baselines; exit code 1 where one is above chance."""
    from benchmarks.suites import SUITES
    from benchmarks.suites.files import suite_or_file
    from benchmarks.suites.floor import floors
    from benchmarks.tables import Table, interval, percent
    from benchmarks.tasks import TASKS

    console, too_high = Console(), False
    with reported_errors():
        for name in names or SUITES:
            of = suite_or_file(name)
            rows: dict[str, dict[str, str]] = {}
            for one in floors(of, size=size, others=True):
                estimate = one.estimate
                told = interval(estimate.value, estimate.low, estimate.high)
                rows.setdefault(one.agent, {})[one.column] = told + " !" * one.too_high
                too_high |= one.too_high
            columns = list(dict.fromkeys(column for row in rows.values() for column in row))
            lines = [
                [column, *(row.get(column, "") for row in rows.values())] for column in columns
            ]
            task = TASKS[of.task]
            note = f"Chance is {percent(task.chance)}; what is above it is marked with !."
            title = f"{of.name}, {task.axis} in percent, size {size}"
            console.print(Table(title, ["column", *rows], lines, note=note).rich())
    if too_high:
        raise typer.Exit(1)


def _columns(of: Suite) -> str:
    return f"{len(of.columns)} column{'s' * (len(of.columns) != 1)}"
