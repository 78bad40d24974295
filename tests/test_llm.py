"""`shiftgym.llm`: the same for both tasks and for one of somebody else."""

from __future__ import annotations

import inspect
import json
from typing import Any

import numpy as np
import pytest

import shiftgym
from shiftgym.llm import TOOL_PROMPT, Tools, episodes, reward, rows
from shiftgym.llm.tools import OVER

CARDS = "gp_env:GeneralPoints-Text-v0"
STREETS = "virl_env:VIRLNavigation-Text-v0"
LINE = "tests.number_line:NumberLine-Text-v0"
KEYWORDS: dict[str, dict[str, Any]] = {
    CARDS: {"split": "train", "rule": [5, 6, 7]},
    STREETS: {"city": "grid 12", "routes": 3, "split": "train", "points_per_segment": 2},
    LINE: {"rule": "mirrored"},
}
each = pytest.mark.parametrize("id", KEYWORDS)


@each
def test_rows_hold_right_replies_point_by_point(id: str) -> None:
    made = rows(id, 20, seed=3, **KEYWORDS[id])
    assert made == json.loads(json.dumps(made))
    assert made[:2] == rows(id, 2, seed=3, **KEYWORDS[id])
    assert made[:2] != rows(id, 2, seed=4, **KEYWORDS[id])
    columns = {name: [row[name] for row in made] for name in made[0]}
    assert len(made) == 20
    assert all(said[-1]["role"] == "user" for said in columns["prompt"])
    replies = [one["content"] for (one,) in columns["completion"]]
    earned = reward(**{"completions": replies, **columns})
    # Of a whole episode the expert's replies are worth what a replay says.
    task = made[0]["task"]
    said = [reply for reply, row in zip(replies, made) if row["task"] == task]
    replayed = shiftgym.replay(task, said)
    assert replayed.info["is_success"]
    assert earned[: len(said)] == replayed.rewards
    turns = [message for row in made[: len(said)] for message in row["completion"]]
    assert reward([turns], task) == [pytest.approx(sum(replayed.rewards))]
    # A wrong reply earns less than the right one.
    wrong = reward(["no idea"] * 20, columns["task"], columns["point"])
    assert all(one < right for one, right in zip(wrong, earned))
    assert [row["point"] for row in made[: len(said)]] == list(range(len(said)))
    # Episodes are what those rows begin with.
    begun = [{**row} for row in made if not row["point"]]
    for row in begun:
        del row["completion"]
    assert episodes(id, len(begun), seed=3, **KEYWORDS[id]) == begun


def test_episodes_know_how_hard_they_are() -> None:
    hands = rows(CARDS, 5)
    assert all(1 < row["difficulty"] < 5 for row in hands)
    assert len({row["difficulty"] for row in hands}) > 1
    walk = rows(LINE, 3)
    last = sum(row["task"] == walk[0]["task"] for row in rows(LINE, 20))
    assert walk[0]["difficulty"] == last


def test_a_bare_answer_is_read_where_it_is_asked_for() -> None:
    (row,) = rows(CARDS, 1)
    formula = json.loads(row["completion"][0]["content"])["formula"]
    assert reward([formula, f" {formula} "], row["task"], bare=True) == [5.0, 5.0]
    assert reward(["1", "a long thought"], row["task"], bare=True) == [-2.0, -3.0]
    walk = rows(STREETS, 2, **KEYWORDS[STREETS])[1]
    assert reward(["forward()", "stop()"], walk["task"], walk["point"], bare=True) == [1.0, -1.0]
    step = rows(LINE, 1)[0]
    assert reward(["nowhere"], step["task"], bare=True) == [-1.0]


def test_completions_come_as_text_or_as_messages() -> None:
    (row,) = rows(CARDS, 1)
    right = row["completion"][0]["content"]
    said = [{"role": "assistant", "content": "{}"}, {"role": "user", "content": "Wrong."}]
    parts = [{"type": "text", "text": right}, {"type": "image"}]
    completions = [
        right,
        [{"role": "assistant", "content": parts}],
        [{"role": "assistant", "content": None}],
        [*said, {"role": "assistant", "content": right}, {"role": "assistant", "content": "{}"}],
        [],
        said[1:],
        "",
    ]
    earned = reward(completions, row["task"], prompt=None)
    assert earned == [5.0, 5.0, -3.0, 2.0, -3.0, -3.0, -3.0]


def test_what_cannot_be_scored_says_why() -> None:
    (row,) = rows(CARDS, 1)
    with pytest.raises(ValueError, match="2 completions has a task and a point; got 1 tasks"):
        reward(["a", "b"], [row["task"]])
    with pytest.raises(ValueError, match="has the points 0 to 0; got 1"):
        reward(["a"], row["task"], 1)
    for point in (-1, 0.5, "0", True):
        with pytest.raises(ValueError, match="point must be an integer"):
            reward(["a"], row["task"], point)  # type: ignore[arg-type]
    assert reward(["a"], row["task"], np.int64(0)) == reward(["a"], row["task"], np.zeros(1, int))
    with pytest.raises(TypeError, match="A completion is a text"):
        reward([3], row["task"])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="are a list, one for each row; got one str"):
        reward("1+1", row["task"])
    for count in (-1, 1.5):
        with pytest.raises(ValueError, match=r"n must be an integer from 0"):
            rows(CARDS, count)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no texts"):
        rows("gp_env:GeneralPoints-v0", 1)
    symbolic = row["task"].replace("-Text", "")
    with pytest.raises(ValueError, match="no texts"):
        reward(["a"], symbolic)
    with pytest.raises(ValueError, match="digest"):
        reward(["a"], row["task"].replace('"episode_seed":1', '"episode_seed":2'))


@each
def test_a_model_plays_by_calling_a_tool(id: str) -> None:
    (row,) = rows(id, 1, tools=True, **KEYWORDS[id])
    assert row["prompt"] == [{"role": "user", "content": TOOL_PROMPT}]
    assert "completion" not in row
    said = [one for one in rows(id, 40, **KEYWORDS[id]) if one["task"] == row["task"]]
    tools = Tools()
    assert tools.submit("x") == OVER
    assert tools.reset(**row).endswith(said[0]["prompt"][-1]["content"])
    for number, one in enumerate(said):
        told = tools.submit(one["completion"][0]["content"])
        assert told.endswith(OVER) == (number == len(said) - 1)
    replies = [one["completion"][0]["content"] for one in said]
    assert tools.get_reward() == pytest.approx(sum(shiftgym.replay(row["task"], replies).rewards))
    assert tools.submit("more") == OVER
    # Who submits nothing earns what an empty reply does, once.
    tools.reset(**row)
    (empty,) = reward([""], row["task"])
    assert tools.get_reward() == tools.get_reward() == empty < 0


def test_trainers_find_what_they_look_for_in_tools() -> None:
    public = {name for name, _ in inspect.getmembers(Tools, inspect.isfunction) if name[0] != "_"}
    assert public == {"reset", "submit", "get_reward"}
    assert inspect.get_annotations(Tools.submit, eval_str=True) == {"reply": str, "return": str}
    assert "reply: The reply" in str(Tools.submit.__doc__)


def test_pictures_are_not_for_tools() -> None:
    (row,) = rows(CARDS, 1, tools=True, images=True, image_size=32)
    with pytest.raises(ValueError, match="without images=True"):
        Tools().reset(**row)
