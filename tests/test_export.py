"""Data sets for language models: prompts, solutions apart, pictures, a data card."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image
from typer.testing import CliRunner

import virl_env
from benchmarks.cli import app
from shiftgym.llm import reward, rows

CARDS = "GeneralPoints-Text-v0"
LINE = "tests.number_line:NumberLine-Text-v0"


def export(*arguments: object, exit_code: int = 0) -> str:
    result = CliRunner().invoke(app, ["export", *map(str, arguments)])
    assert result.exit_code == exit_code, result.output
    return result.output


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_splits_of_an_id(tmp_path: Path) -> None:
    out = tmp_path / "data"
    told = export(CARDS, "--out", out, "--rows", 4, "--splits", "train,test")
    assert "train: rows 4, episodes 4" in told
    kept = {"split": "train", "fold": (0, 7, 6)}
    expected = rows(f"gp_env:{CARDS}", 4, **kept)
    prompts, solutions = (lines(out / kind / "train.jsonl") for kind in ("prompts", "solutions"))
    assert [{**row, "row": ""} for row in prompts] == [
        {"row": "", **{name: one for name, one in row.items() if name != "completion"}}
        for row in expected
    ]
    assert [row["completion"] for row in solutions] == [row["completion"] for row in expected]
    assert [row["row"] for row in solutions] == [f"train-{number}-0" for number in range(4)]
    assert [row["row"] for row in prompts] == [row["row"] for row in solutions]
    completions = [row["completion"] for row in solutions]
    assert reward(completions, [row["task"] for row in prompts]) == [5.0] * 4

    # The card names every file with its digest, and where the hub finds each split.
    card = (out / "README.md").read_text(encoding="utf-8")
    head = yaml.safe_load(card.split("---")[1])
    assert head["license"] == "apache-2.0"
    named = [file["path"] for one in head["configs"] for file in one["data_files"]]
    found = dict(re.findall(r"^\| (\S+\.jsonl) \| `(\w{64})` \|$", card, re.M))
    assert set(named) == set(found)
    for name, checksum in found.items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == checksum
    assert "| train | 4 | 4 |" in card
    assert "tested on the suites with that fold's seed" in card

    # The same command writes the same bytes, and never over what is there.
    export(CARDS, "--out", tmp_path / "again", "--rows", 4, "--splits", "train,test")
    assert (tmp_path / "again" / "README.md").read_text(encoding="utf-8") == card
    assert "is there already" in export(CARDS, "--out", out, "--rows", 1, exit_code=2)


def test_a_suite_with_pictures(tmp_path: Path) -> None:
    suite, out = tmp_path / "mine.json", tmp_path / "data"
    column = {"id": "GeneralPoints-v0", "keywords": {"look": {"rotation": 3}}}
    columns = {"in": {"id": "GeneralPoints-v0"}, "turned": column}
    suite.write_text(json.dumps({"name": "mine", "columns": columns, "sizes": {"tiny": 2}}))
    export(suite, "--out", out, "--size", "tiny", "--images")
    for name in ("in", "turned"):
        for row in lines(out / "prompts" / f"{name}.jsonl"):
            contents = [message["content"] for message in row["prompt"]]
            assert [[part["type"] for part in parts] for parts in contents][-1] == ["text", "image"]
            (picture,) = row["images"]
            with Image.open(out / picture) as image:
                assert image.size == (320, 320)
    assert len(list((out / "pictures").iterdir())) == 4
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "Do not train on them" in card
    assert "| turned | 2 | 2 |" in card


def test_a_city_of_others_is_named_with_its_licence(tmp_path: Path) -> None:
    city, credit = tmp_path / "town.npz", "© OpenStreetMap contributors, ODbL 1.0"
    virl_env.save_city(replace(virl_env.synthetic_city("grid", 12), attribution=credit), city)
    keywords = json.dumps({"city": str(city), "routes": 3})
    asked = ["VIRLNavigation-Text-v0", "--rows", 2, "--keywords", keywords]
    told = export(*asked, "--out", tmp_path / "data", exit_code=2)
    assert credit in told
    assert "by --licence" in told
    assert [path.name for path in tmp_path.iterdir()] == ["town.npz"]
    export(*asked, "--out", tmp_path / "data", "--licence", "ODbL-1.0")
    card = (tmp_path / "data" / "README.md").read_text(encoding="utf-8")
    assert f"Licence: ODbL-1.0. Made of data of others: {credit}." in card
    # Nor is it said how to test what trained on rows that no fold keeps from the suites.
    assert "not split by a fold" in card
    assert "that fold's seed" not in card


def test_parquet_holds_what_jsonl_does(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    for format in ("jsonl", "parquet"):
        out = tmp_path / format
        export(LINE, "--out", out, "--rows", 12, "--format", format)
    for kind in ("prompts", "solutions"):
        table = parquet.read_table(tmp_path / "parquet" / kind / "unsplit.parquet")
        assert table.to_pylist() == lines(tmp_path / "jsonl" / kind / "unsplit.jsonl")


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["GeneralPoints-v0"], "are no texts"),
        (["GeneralPoint-v0"], "Unknown id"),
        ([CARDS, "--keywords", '{"rul": 1}'], "Did you mean 'rule'?"),
        ([CARDS, "--keywords", "[1]"], "--keywords must be a JSON object"),
        ([CARDS, "--keywords", '{"split": "test"}', "--splits", "test"], "named twice"),
        ([CARDS, "--splits", "train,train"], "have to differ"),
        ([CARDS, "--splits", ","], "names split by commas; got ','"),
        ([CARDS, "--size", "smoke"], "Name --rows for an id"),
        ([CARDS, "--format", "csv"], "expected jsonl or parquet"),
        ([CARDS, "--licence", "a\nb"], "no SPDX identifier"),
        (["gp-l", "--splits", "test"], "Splits and keywords are of ids"),
        (["gp-l", "--size", "huge"], "no size"),
    ],
    ids=lambda one: one if isinstance(one, str) else "-".join(one),
)
def test_what_cannot_be_exported_leaves_nothing(
    tmp_path: Path, arguments: list[str], told: str
) -> None:
    assert told in export(*arguments, "--out", tmp_path / "data", exit_code=2)
    assert not list(tmp_path.iterdir())
