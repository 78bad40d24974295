"""The command `export`, as the command line says it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.commands.arguments import json_object, names
from benchmarks.consoles import reported_errors


def export(
    what: Annotated[str, typer.Argument(help="A Text id, a suite, or a suite's JSON file.")],
    out: Annotated[Path, typer.Option(help="New folder of the data set.")],
    format: Annotated[str, typer.Option(help="jsonl, or parquet, which needs pyarrow.")] = "jsonl",
    rows: Annotated[int, typer.Option(min=1, help="Of an id, for each split.")] = 1_000,
    splits: Annotated[
        str | None, typer.Option(help="Of an id, split by commas: train,validation,test.")
    ] = None,
    keywords: Annotated[str, typer.Option(help="Of an id, as a JSON object.")] = "{}",
    seed: Annotated[int, typer.Option(min=0, help="Of the episodes of an id.")] = 0,
    size: Annotated[str | None, typer.Option(help="Of a suite, by default standard.")] = None,
    episodes: Annotated[
        int | None, typer.Option(min=1, help="Of each column of a suite, in place of a size.")
    ] = None,
    images: Annotated[bool, typer.Option(help="Show in pictures what is otherwise told.")] = False,
    licence: Annotated[
        str | None,
        typer.Option(
            help="SPDX identifier, by default Apache-2.0; cities from OpenStreetMap: ODbL-1.0."
        ),
    ] = None,
) -> None:
    """Write prompts and, apart from them, right replies as a data set for language models."""
    from benchmarks.export.command import ExportOptions, write_data_set

    with reported_errors():
        asked = ExportOptions(
            what=what,
            out=out,
            format=format,
            images=images,
            licence=licence,
            rows=rows,
            splits=names(splits),
            seed=seed,
            keywords=json_object(keywords, "--keywords"),
            size=size,
            episodes=episodes,
        )
        write_data_set(asked, Console())
