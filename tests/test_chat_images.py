"""Models that see, behind an endpoint: what the server receives, what is judged, what is kept."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from typer.testing import CliRunner

import gp_env  # noqa: F401  (registers its ids)
import shiftgym.pictures
import virl_env  # noqa: F401  (registers its ids)
from agents.chat import ChatPolicy
from agents.vision.chats import digest
from benchmarks.cells import column_seeds
from benchmarks.chats import play_chats
from benchmarks.cli import app
from benchmarks.records import RunRecord
from benchmarks.replays import replay
from benchmarks.replies import ReplyLine
from benchmarks.rollouts import Cell
from benchmarks.runs import Run, RunError, read_episodes, read_lines
from benchmarks.suites import SUITES, Suite
from benchmarks.suites import test_seeds as seeds_of
from tests.loopback import Answer, Endpoint, said

RECORD = RunRecord(kind="evaluate", config={}, seeds=[0], suites={})
SEEN = {"images": True, "image_size": 32, "max_attempts": 1}
# Few routes and one unseen city: to draw a thousand routes, or nine cities, takes a second or more.
SHORT = {"turns": [1, 1], "routes": 20}
AWAY = {"city": "porta vecchia"}

CELLS = {
    "black": Cell("toy/d", "GeneralPoints-Text-v0", {**SEEN, "image_size": 84}, seeds_of("d", 3)),
    "red": Cell(
        "toy/e",
        "GeneralPoints-Text-VisualOOD-v0",
        {"images": True, "look": {"rotation": 2, "noise": 1}, "max_attempts": 2},
        seeds_of("e", 3),
    ),
    "here": Cell("toy/a", "VIRLNavigation-Text-v0", {**SEEN, **SHORT}, seeds_of("a", 2)),
    "elsewhere": Cell(
        "toy/b", "VIRLNavigation-Text-VisualOOD-v0", {**SEEN, **AWAY}, seeds_of("b", 2)
    ),
    "at night": Cell(
        "toy/c",
        "VIRLNavigation-Text-RuleOOD-v0",
        {**SEEN, **SHORT, "look": {"night": 4}},
        seeds_of("c", 2),
    ),
}


pytestmark = pytest.mark.usefixtures("no_api_settings")


def play(folder: Path, cell: Cell, endpoint: Endpoint) -> Any:
    policy = ChatPolicy("toy", base_url=endpoint.url, max_retries=0)
    with closing(policy), Run(folder, RECORD) as run:
        return play_chats(run, [cell], policy, at_once=2)


def received(content: list[dict[str, Any]]) -> tuple[str, NDArray[np.uint8]]:
    """Return text and picture of a message, decoded as a server does."""
    words, picture = content
    assert (words["type"], picture["type"]) == ("text", "image_url")
    head, _, data = picture["image_url"]["url"].partition(",")
    assert head == "data:image/png;base64"
    return words["text"], np.asarray(Image.open(io.BytesIO(base64.b64decode(data, validate=True))))


def opening(messages: list[dict[str, Any]]) -> tuple[str, NDArray[np.uint8]]:
    return received(next(said["content"] for said in messages if said["role"] == "user"))


def solutions(cell: Cell) -> dict[tuple[str, bytes], str]:
    """Return what the expert replies where it is told and shown this."""
    found = {}
    env: Any = gym.make(cell.id, **cell.keywords)
    for seed in cell.episode_seeds:
        _, info = env.reset(options={"episode_seed": seed})
        over = False
        while not over:
            text, picture = opening(info["messages"])
            found[text, picture.tobytes()] = reply = env.unwrapped.expert_action()
            _, _, over, _, info = env.step(reply)
    return found


def expert(*cells: Cell) -> Callable[[list[dict[str, Any]]], Answer]:
    """Return answers that hang on the pixels that the server received."""
    known: dict[tuple[str, bytes], str] = {}
    for cell in cells:
        known |= solutions(cell)

    def answer(messages: list[dict[str, Any]]) -> Answer:
        text, picture = opening(messages)
        return said(known[text, picture.tobytes()])

    return answer


@pytest.mark.parametrize("name", CELLS)
def test_a_model_that_sees_wins_by_what_is_in_the_picture(
    name: str, tmp_path: Path, endpoint: Endpoint
) -> None:
    cell = CELLS[name]
    endpoint.answer = expert(cell)
    assert not play(tmp_path, cell, endpoint)
    rows = list(read_episodes(tmp_path))
    assert len(rows) == len(cell.episode_seeds)
    for row in rows:
        assert row.success
        replay(row)
    shown = {opening(body["messages"])[1].tobytes() for body in endpoint.bodies}
    assert len(shown) > len(endpoint.bodies) / 2


@pytest.mark.parametrize("name", CELLS)
def test_journals_keep_digests_of_pictures(name: str, tmp_path: Path, endpoint: Endpoint) -> None:
    cell = CELLS[name]
    endpoint.answer = expert(cell)
    play(tmp_path, cell, endpoint)
    lines = list(read_lines(tmp_path / "replies.jsonl", ReplyLine))
    kept = sorted(line.pictures[0] for line in lines if line.pictures)
    sent = [opening(body["messages"])[1] for body in endpoint.bodies]
    assert kept == sorted(map(digest, sent))
    for file in tmp_path.iterdir():
        assert b"base64" not in file.read_bytes()
    assert (tmp_path / "replies.jsonl").stat().st_size < 1000 * len(lines)


def test_a_journal_is_good_where_files_of_pictures_have_other_bytes(
    tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = CELLS["here"]
    endpoint.answer = expert(cell)
    play(tmp_path, cell, endpoint)
    asked = len(endpoint.bodies)
    (tmp_path / "episodes.jsonl").unlink()

    def otherwise(image: NDArray[np.uint8]) -> bytes:
        file = io.BytesIO()
        Image.fromarray(image).save(file, format="PNG", compress_level=9)
        return file.getvalue()

    monkeypatch.setattr(shiftgym.pictures, "png", otherwise)
    assert not play(tmp_path, cell, endpoint)
    assert len(endpoint.bodies) == asked
    assert all(row.success for row in read_episodes(tmp_path))

    (tmp_path / "episodes.jsonl").unlink()
    larger = Cell(cell.name, cell.id, {**cell.keywords, "image_size": 40}, cell.episode_seeds)
    with pytest.raises(RunError, match="asks something else"):
        play(tmp_path, larger, endpoint)


def test_cards_that_are_misread_are_told_apart(tmp_path: Path, endpoint: Endpoint) -> None:
    right = expert(CELLS["red"])

    def answer(messages: list[dict[str, Any]]) -> Answer:
        if len(messages) > 2:
            return right(messages)
        reply = json.loads(json.loads(right(messages).body)["choices"][0]["message"]["content"])
        changed = {"A": "2"}.get(reply["cards"][0], "A")
        return said(json.dumps({**reply, "cards": [changed, *reply["cards"][1:]]}))

    endpoint.answer = answer
    assert not play(tmp_path, CELLS["red"], endpoint)
    for row in read_episodes(tmp_path):
        assert (row.outcomes, row.rewards) == (["misread_cards", "correct"], [-1.5, 5.0])
    # The picture stays in the chat; what follows it is words.
    longest = max((body["messages"] for body in endpoint.bodies), key=len)
    kinds = [type(message["content"]) for message in longest]
    assert kinds.count(list) == 1


def test_an_intersection_that_is_misreported_is_told_apart(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    seen = "A street. Intersection: yes."
    wrong = {"current observation": seen, "action": "turn_direction(slightly left)"}
    endpoint.answer = lambda messages: said(json.dumps(wrong))
    assert not play(tmp_path, CELLS["here"], endpoint)
    told = [outcome for row in read_episodes(tmp_path) for outcome in row.outcomes]
    assert set(told) == {"misread_intersection", "wrong_action"}
    assert told.count("misread_intersection") > told.count("wrong_action")


# The command


def command(endpoint: Endpoint, folder: Path, *more: str) -> Any:
    arguments = ["evaluate", "--model", "toy", "--base-url", endpoint.url, "--episodes", "1"]
    return CliRunner().invoke(app, [*arguments, "--out", str(folder), *more])


def stock_cell(suite: Suite, column: str) -> Cell:
    """Return the cell of one episode of who has not trained here."""
    id, keywords = suite.id(column, "-Text"), suite.keywords(column, None, seen=True)
    keywords = {**keywords, **SEEN}
    return Cell(column, id, keywords, column_seeds(suite, column, id, keywords, None, 1))


@pytest.mark.parametrize("name", ["gp-l", "virl-l"])
def test_the_command_shows_pictures_of_a_suite(
    name: str, tmp_path: Path, endpoint: Endpoint
) -> None:
    suite = SUITES[name]
    columns = [
        column for column in suite.columns_for(seen=True) if suite.columns[column].split != "train"
    ]
    if name == "virl-l":
        columns = columns[:2]  # nine cities of others would take seconds
    endpoint.answer = expert(*(stock_cell(suite, column) for column in columns))
    asked = ["--suite", name, "--columns", ",".join(columns), "--images", "--image-size"]
    done = command(endpoint, tmp_path / "run", *asked, "32")
    assert done.exit_code == 0, done.output
    rows = list(read_episodes(tmp_path / "run"))
    assert len(rows) == len(columns)
    assert all(row.success and row.keywords["images"] for row in rows)
    for changed in (asked[:4], [*asked, "40"]):
        other = command(endpoint, tmp_path / "run", *changed)
        assert other.exit_code == 2
        assert "another configuration" in other.output


@pytest.mark.parametrize(
    "name, columns", [("gp-vl", "in,visual_ood,noise_2"), ("virl-vl", "rule_ood,night_5")]
)
def test_suites_of_those_who_see_show_pictures_unasked(
    name: str, columns: str, tmp_path: Path, endpoint: Endpoint
) -> None:
    suite = SUITES[name]
    endpoint.answer = expert(*(stock_cell(suite, column) for column in columns.split(",")))
    asked = ["--suite", name, "--columns", columns, "--image-size", "32"]
    done = command(endpoint, tmp_path / "run", *asked)
    assert done.exit_code == 0, done.output
    rows = list(read_episodes(tmp_path / "run"))
    assert [row.cell.split("/")[-1] for row in rows] == columns.split(",")
    assert all(row.success and row.keywords["images"] for row in rows)
    axis, severity = columns.split(",")[-1].split("_")
    assert rows[-1].keywords["look"] == {axis: int(severity)}
    assert "misread" in (tmp_path / "run" / "table.md").read_text()
    other = command(endpoint, tmp_path / "other", "--suite", name, "--columns", "in,noon")
    assert other.exit_code == 2
    assert "plays no column noon" in other.output


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--columns", "in", "--ids", "GeneralPoints-Text-v0"], "Ids have no columns"),
        (["--image-size", "84"], "with --images only"),
        (["--images", "--image-size", "5"], "image-size"),
        (["--images", "--image-size", "5000"], "image_size"),
        (["--images", "--image-size", "5000", "--suite", "virl-l"], "image_size"),
        (["--images", "--ids", "VIRLNavigation-v0"], "plays Text ids only"),
    ],
)
def test_the_command_refuses_what_it_cannot_show(
    arguments: list[str], message: str, tmp_path: Path, endpoint: Endpoint
) -> None:
    refused = command(endpoint, tmp_path / "run", *arguments)
    assert refused.exit_code == 2
    assert message in refused.output
    assert not endpoint.bodies


def test_pictures_are_for_models(tmp_path: Path) -> None:
    arguments = ["evaluate", "--agent", "expert", "--images", "--out", str(tmp_path / "run")]
    refused = CliRunner().invoke(app, arguments)
    assert refused.exit_code == 2
    assert "--images and --image-size are for a --model" in refused.output
