"""The commands of `shiftgym`, in a checkout also `python -m benchmarks`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from benchmarks.arguments import json_object, names, refuse
from benchmarks.checkout_commands import probe, speed, study
from benchmarks.consoles import reported_errors
from benchmarks.export.arguments import export
from benchmarks.leaderboard.cli import app as leaderboard_app
from benchmarks.picture_commands import contact_sheet, strips
from benchmarks.suite_commands import app as suite_app
from shiftgym.progress import show_progress

# Commands import what they need when they run: `--help` should not wait for torch.

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Evaluate agents, run the study, measure speed, print reports.",
)
app.add_typer(leaderboard_app, name="leaderboard")
app.add_typer(suite_app, name="suite")

RUNS = Path("runs")

LOCAL = "hf:"
"""Before the path of local weights, in place of the name of a model."""

Out = Annotated[Path | None, typer.Option(help="Folder of the run; made if missing, resumed.")]

SuiteFile = Annotated[
    Path | None, typer.Option("--suite-file", help="JSON file of a suite of one's own.")
]


_ENDPOINT_ONLY = (
    *("base_url", "key_variable", "timeout", "max_retries"),
    *("rpm", "tpm", "max_cost", "prices"),
)
_LOCAL_ONLY = ("dtype", "device", "adapter", "thinking")


def _local(help: str) -> Any:
    """Return an option of the group for models from local weights."""
    return typer.Option(help=help, rich_help_panel="Models from local weights")


def _endpoint(help: str, **limits: float) -> Any:
    """Return an option of the group for models behind an endpoint."""
    return typer.Option(help=help, rich_help_panel="Models behind an endpoint", **limits)


@app.callback()
def _begin() -> None:
    show_progress()


@app.command()
def evaluate(
    context: typer.Context,
    agent: Annotated[
        str | None,
        typer.Option(
            help="random, expert, nearest-neighbour, always-forward (navigation only), echo, "
            "empty-object or empty-reply (text alone), a file of weights from a study, or "
            "module:factory, a callable that returns an agent."
        ),
    ] = None,
    suite: Annotated[
        str | None,
        typer.Option(
            help="Suite whose columns are played: gp-l, virl-l, or gp-vl, virl-vl for image-based "
            "agents; by default that of the weights or ids, or gp-l. Or a JSON file, a suite of "
            "your own."
        ),
    ] = None,
    columns: Annotated[
        str | None, typer.Option(help="Some columns of the suite, split by commas; else all.")
    ] = None,
    ids: Annotated[
        str | None,
        typer.Option(
            help="Ids instead of a suite, split by commas. Text ids: expert, lm, models; Image "
            "ids: weights that see. Those of another package as package:Id-v0."
        ),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(help="Of the suite: smoke, standard or paper; by default standard."),
    ] = None,
    episodes: Annotated[
        int | None,
        typer.Option(min=1, help="Episodes of each column in place of a size, or of each id: 500."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Seed whose test fold is played, for agents that have trained; by default that of "
            "the weights. Without it all hands or routes are played, and fold 0 of ids.",
        ),
    ] = None,
    max_attempts: Annotated[
        int | None,
        typer.Option(min=1, max=10, help="By default 1; ids of other packages have their own."),
    ] = None,
    out: Out = None,
    model: Annotated[
        str | None,
        _endpoint(
            "Model, as the endpoint names it; instead of --agent. Or hf: and the path of local "
            "weights, a folder or a .gguf file."
        ),
    ] = None,
    base_url: Annotated[
        str, _endpoint("Of an OpenAI-compatible endpoint, such as http://localhost:8000/v1.")
    ] = "https://api.openai.com/v1",
    key_variable: Annotated[
        str, _endpoint("Environment variable with the key; servers without one need none.")
    ] = "OPENAI_API_KEY",
    concurrency: Annotated[int, _endpoint("Episodes at once.", min=1, max=512)] = 8,
    temperature: Annotated[
        float | None, _endpoint("0 is greedy; each setting left out is the endpoint's own.", min=0)
    ] = None,
    top_p: Annotated[float | None, _endpoint("In (0, 1].", min=0, max=1)] = None,
    max_tokens: Annotated[int | None, _endpoint("Of a reply; longer ones are cut.", min=1)] = None,
    sampling_seed: Annotated[int | None, _endpoint("For endpoints that take one.")] = None,
    extra_body: Annotated[
        str, _endpoint("More fields of the request, as a JSON object; kept in run.json.")
    ] = "{}",
    images: Annotated[
        bool,
        _endpoint("Show the model in pictures what it is otherwise told."),
    ] = False,
    image_size: Annotated[
        int | None,
        _endpoint("Pixels of a table's or a view's edge; by default the environment's.", min=32),
    ] = None,
    strict: Annotated[
        bool, _endpoint("Judge replies that are not in the asked format as unreadable.")
    ] = False,
    timeout: Annotated[float, _endpoint("Seconds for one try at a reply.", min=0.001)] = 120.0,
    max_retries: Annotated[
        int, _endpoint("Further tries after time-outs, 429 and 5xx.", min=0)
    ] = 5,
    rpm: Annotated[float | None, _endpoint("Requests a minute, at most.", min=0.001)] = None,
    tpm: Annotated[
        float | None, _endpoint("Tokens a minute, prompts and replies together.", min=0.001)
    ] = None,
    max_cost: Annotated[
        float | None, _endpoint("US dollars for all replies; then no more is asked.", min=0)
    ] = None,
    prices: Annotated[
        Path | None,
        _endpoint("YAML or JSON file, MODEL: {input: 2.5, output: 10}, dollars a million tokens."),
    ] = None,
    repeat: Annotated[
        int, _endpoint("Passes over the same episodes: pass@k, pass^k and the spread.", min=1)
    ] = 1,
    dtype: Annotated[
        str,
        _local(
            "auto, float32, bfloat16 or float16. auto: float32 on a CPU, else that of the weights."
        ),
    ] = "auto",
    device: Annotated[
        str, _local("As torch names it, such as cuda:1; auto: all GPUs, else the CPU.")
    ] = "auto",
    adapter: Annotated[str | None, _local("Folder of a LoRA adapter.")] = None,
    thinking: Annotated[
        bool | None,
        typer.Option(
            "--thinking/--no-thinking",
            help="The switch of chat templates that have one; by default theirs.",
            rich_help_panel="Models from local weights",
        ),
    ] = None,
) -> None:
    """Play test episodes with any agent or model; the same command resumes.

    Exit code 3 says that an endpoint failed and episodes are pending.
    """
    from benchmarks.evaluation import run_evaluation
    from benchmarks.options import EndpointOptions, EvaluationOptions, LocalOptions

    with reported_errors():
        sampling = {
            "temperature": temperature,
            "top_p": top_p,
            "max_tokens": max_tokens,
            "seed": sampling_seed,
            "extra": json_object(extra_body, "--extra-body"),
        }
        endpoint = local = None
        if model is not None and model.startswith(LOCAL):
            refuse(context, _ENDPOINT_ONLY, "for models behind an endpoint")
            path = model.removeprefix(LOCAL)
            local = LocalOptions(path, concurrency, sampling, dtype, device, adapter, thinking)
        else:
            refuse(context, _LOCAL_ONLY, f"for local weights, --model {LOCAL}PATH")
        if model is not None and local is None:
            endpoint = EndpointOptions(
                model,
                base_url,
                key_variable,
                concurrency,
                sampling,
                timeout,
                max_retries,
                rpm,
                tpm,
                max_cost,
                prices,
            )
        asked = EvaluationOptions(
            agent=agent,
            endpoint=endpoint,
            local=local,
            suite=suite,
            columns=names(columns),
            ids=names(ids),
            size=size,
            episodes=episodes,
            seed=seed,
            max_attempts=max_attempts,
            images=images,
            image_size=image_size,
            strict=strict,
            repeat=repeat,
            out=out,
            runs=RUNS,
        )
        pending = run_evaluation(asked, Console())
    if pending:
        raise typer.Exit(3)


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
    with reported_errors():
        if check:
            console.print(f"{check_rows(folder, check)} rows replayed to the same rewards.")
        make_report(folder, console)


@app.command()
def compare(
    runs: Annotated[list[Path], typer.Argument(help="Folders of two or more evaluations.")],
    columns: Annotated[
        str | None,
        typer.Option(help="Split by commas; by default all but controls and single severities."),
    ] = None,
    metric: Annotated[
        str, typer.Option(help="success, or on streets step_accuracy or turn_accuracy.")
    ] = "success",
    out: Annotated[
        Path | None, typer.Option(help="Folder for compare.md and compare.csv; made if missing.")
    ] = None,
) -> None:
    """Compare runs of one suite on the same episodes: differences, ties and OOD gaps."""
    from benchmarks.comparison.command import compare as compare_runs

    with reported_errors():
        compare_runs(runs, columns=names(columns), metric=metric, out=out, console=Console())


@app.command()
def show(
    folder: Annotated[Path, typer.Argument(help="Folder of an evaluation, finished or not.")],
    out: Annotated[
        Path | None, typer.Option(help="The page; by default show.html in the run's folder.")
    ] = None,
    episodes: Annotated[int, typer.Option(min=1, help="Episodes on the page, at most.")] = 200,
    megabytes: Annotated[
        int, typer.Option(min=1, help="Of the page, at most; pictures take up to one half.")
    ] = 20,
    pictures: Annotated[bool, typer.Option(help="Draw what there was to see.")] = True,
) -> None:
    """Write a run as one HTML page: its episodes step by step, by column and outcome."""
    from benchmarks.show.command import show as show_run

    with reported_errors():
        show_run(
            folder,
            out or folder / "show.html",
            episodes=episodes,
            megabytes=megabytes,
            pictures=pictures,
            console=Console(),
        )


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="Folder of a run or of a submission.")],
    suite_file: SuiteFile = None,
) -> None:
    """Recompute every figure of a run or a submission; exit code 2 if anything does not hold."""
    with reported_errors():
        from benchmarks.submissions.commands import print_verified

        print_verified(folder, suite_file, Console())


@app.command()
def submit(
    run: Annotated[Path, typer.Argument(help="Folder of a run of a whole suite.")],
    track: Annotated[
        str,
        typer.Option(
            help="stock (a model as it is served), scaffold (a program around one), trained (on "
            "the task), reference (a scripted agent of shiftgym)."
        ),
    ],
    licence: Annotated[str, typer.Option(help="Of the replies, an SPDX identifier.")],
    name: Annotated[
        str | None, typer.Option(help="Of the entry; by default that of the run's folder.")
    ] = None,
    link: Annotated[str, typer.Option(help="To a page about it, https://...")] = "",
    out: Annotated[
        Path | None, typer.Option(help="New folder; by default in submissions/.")
    ] = None,
    suite_file: SuiteFile = None,
) -> None:
    """Write the submission of a run, and verify it."""
    with reported_errors():
        from benchmarks.submissions.commands import write_submission

        write_submission(
            run,
            out,
            name=name,
            track=track,
            licence=licence,
            link=link,
            suite_file=suite_file,
            console=Console(),
        )


@app.command()
def rejudge(
    folder: Annotated[Path, typer.Argument(help="Folder of a submission.")],
    suite_file: SuiteFile = None,
) -> None:
    """Judge a submission by a new version of its suite; what the old one made of it is kept."""
    with reported_errors():
        from benchmarks.submissions.commands import rejudge_submission

        rejudge_submission(folder, suite_file, Console())


@app.command()
def retract(
    folder: Annotated[Path, typer.Argument(help="Folder of a submission.")],
    reason: Annotated[str, typer.Option(help="A line that anybody may read.")],
) -> None:
    """Remove a submission, and leave its name, the date and the reason."""
    with reported_errors():
        from benchmarks.submissions.commands import retract_submission

        retract_submission(folder, reason, Console())


for command in (study, speed, probe):
    app.command(rich_help_panel="In a checkout of the repository")(command)
app.command("export")(export)
app.command("contact-sheet")(contact_sheet)
app.command("strips")(strips)
