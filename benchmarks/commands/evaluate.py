"""The command `evaluate`: its options, and the plain objects that they become."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from benchmarks.commands.arguments import RUNS, Out, json_object, names, refuse
from benchmarks.consoles import reported_errors

LOCAL = "hf:"
"""Before the path of local weights, in place of the name of a model."""

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
