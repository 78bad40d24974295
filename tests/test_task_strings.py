"""info["task"] says which episode is played, and is refused wherever another would be."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gp_env
import shiftgym
import tests.number_line
import virl_env
from gp_env.env import GeneralPointsEnv
from gp_env.text import PromptTemplate
from shiftgym.task_string import TaskString, is_held, plain

assert tests.number_line.variants()


def started(id: str, seed: int = 0, options: Any = None, **keywords: Any) -> tuple[Any, str]:
    env: Any = gym.make(id, **keywords)
    _, info = env.reset(seed=seed, options=options)
    return env, info["task"]


def played(env: Any, task: str) -> tuple[list[Any], list[float]]:
    """Return the expert's actions in the episode that runs, and their rewards."""
    actions, rewards, over = [], [], False
    while not over:
        actions.append(env.unwrapped.expert_action())
        _, reward, terminated, truncated, info = env.step(actions[-1])
        rewards.append(reward)
        over = terminated or truncated
        assert info["task"] == task
    return actions, rewards


# Recorded strings stay good: what they are made of is as frozen as the episodes.
GOLDEN = {
    "GeneralPoints-v0": '{"id":"gp_env:GeneralPoints-v0","keywords":{},"given":"",'
    '"episode_seed":1050121517996779863,"digest":"23ec648ed9f7712e"}',
    "VIRLNavigation-RuleOOD-v0": '{"id":"virl_env:VIRLNavigation-RuleOOD-v0",'
    '"keywords":{"directions":"relative"},"given":"","episode_seed":1050121517996779863,"digest":"24c8b2b9f71e8699"}',
    "NumberLine-v0": '{"id":"tests.number_line:NumberLine-v0","keywords":{},"given":"",'
    '"episode_seed":1050121517996779863,"digest":"4c1aaa25fc5fc7a4"}',
}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_strings(name: str) -> None:
    assert started(name)[1] == GOLDEN[name]


@pytest.mark.parametrize(
    ("name", "keywords"),
    [
        ("GeneralPoints-RuleOOD-v0", {"split": "test", "fold": (1, 5), "suits": "all"}),
        ("GeneralPoints-Image-v0", {"look": {"noise": 3}, "image_size": 32, "rule": (1, 2, 3)}),
        ("GeneralPoints-Text-v0", {"hand": "3♠ 3♣ 8♠ 8♣", "strict": True}),
        ("VIRLNavigation-v0", {"movement": "free", "routes": 20, "directions": "random"}),
        ("VIRLNavigation-Text-v0", {"turns": np.array([2, 2]), "routes": 20}),
        ("NumberLine-Text-v0", {"rule": "mirrored"}),
    ],
)
def test_an_episode_is_played_again_from_task_and_actions(
    name: str, keywords: dict[str, Any]
) -> None:
    env, task = started(name, 3, **keywords)
    assert str(TaskString.parse(task)) == task
    actions, rewards = played(env, task)
    again = shiftgym.replay(task, actions)
    assert again.rewards == rewards
    assert (again.terminated, again.truncated) == (True, False)
    assert again.outcomes[-1] == "correct"
    assert again.info["is_success"]
    assert again.info["task"] == task
    assert shiftgym.replay(task, actions[:-1]).terminated is False
    with pytest.raises(ValueError, match=f"ended after {len(actions)} of {len(actions) + 1}"):
        shiftgym.replay(task, [*actions, actions[0]])


def test_a_seed_without_its_split_dealt_other_hands_in_silence() -> None:
    source, plain_env = gym.make("GeneralPoints-v0", split="test"), gym.make("GeneralPoints-v0")
    others = 0
    for seed in range(50):
        _, info = source.reset(seed=seed)
        plain_env.reset(options={"episode_seed": info["episode_seed"]})
        others += plain_env.unwrapped.hand != source.unwrapped.hand  # type: ignore[attr-defined]
        with pytest.raises(ValueError, match=r"split='test'.*split left out"):
            plain_env.reset(options={"task": info["task"]})
        # Nor does somebody get through who cuts the keyword out of the string.
        cut = str(TaskString.parse(info["task"])._replace(keywords={}))
        if plain_env.unwrapped.hand != source.unwrapped.hand:  # type: ignore[attr-defined]
            with pytest.raises(ValueError, match="digest"):
                plain_env.reset(options={"task": cut})
    assert others > 45


@pytest.mark.parametrize(
    ("name", "keywords", "named"),
    [
        ("GeneralPoints-Image-v0", {}, "GeneralPoints-Image-v0"),
        ("VIRLNavigation-v0", {}, "virl_env:VIRLNavigation-v0"),
        ("GeneralPoints-v0", {"num_cards": 5}, "num_cards=5"),
        ("GeneralPoints-v0", {"stated_rule": "rank"}, "stated_rule='rank'"),
        ("GeneralPoints-v0", {"max_attempts": 1}, "max_attempts=1"),
        ("GeneralPoints-v0", {"mask": None}, "mask=None"),
    ],
)
def test_what_does_not_match_is_named(name: str, keywords: dict[str, Any], named: str) -> None:
    _, task = started("GeneralPoints-v0")
    env, _ = started(name, **keywords)
    with pytest.raises(ValueError, match=named):
        env.reset(options={"task": task})


@pytest.mark.parametrize(
    ("id", "keyword", "value", "same"),
    [
        ("GeneralPoints-v0", "rule", "ten", True),
        ("GeneralPoints-v0", "rule", [10, 10, 10], True),
        ("GeneralPoints-v0", "num_cards", 4, True),
        ("GeneralPoints-v0", "num_cards", 5, False),
        ("GeneralPoints-v0", "num_cards", "4", False),
        ("VIRLNavigation-v0", "city", ["gridhaven"], True),
        ("VIRLNavigation-v0", "city", "gridhaven.json", False),
        ("VIRLNavigation-v0", "observation", "onehot", False),
    ],
)
def test_a_task_by_hand_may_name_a_default(id: str, keyword: str, value: Any, same: bool) -> None:
    env, task = started(id)
    written = json.loads(task)
    written["keywords"][keyword] = value
    if same:
        assert env.reset(options={"task": json.dumps(written)})[1]["task"] == task
        return
    with pytest.raises(ValueError, match=keyword):
        env.reset(options={"task": json.dumps(written)})


def test_replay_takes_a_task_that_was_written_anew() -> None:
    _, task = started("GeneralPoints-v0")
    spaced = json.dumps(json.loads(task), indent=2)
    assert shiftgym.replay(spaced, [0, 1]).info["task"] == task


def test_keywords_that_change_no_episode_do_not_count() -> None:
    _, task = started("GeneralPoints-v0")
    made = {"render_mode": "ansi", "rule": "ten", "fold": [0, 5], "mask": "syntax"}
    _, same = started("GeneralPoints-v0", **made)
    assert same == task
    vector: Any = gym.make_vec(
        "GeneralPoints-v0", num_envs=2, autoreset_mode="same_step", max_episode_steps=9
    )
    _, infos = vector.reset(seed=[0, 1])
    assert vector.unwrapped.task_string(infos["episode_seed"][0]) == task
    assert "task" not in infos


def test_what_was_given_has_to_be_given_again() -> None:
    options = {"hand": "3 3 8 8"}
    env, task = started("GeneralPoints-v0", options=options)
    assert "3 3 8 8" not in task
    actions, rewards = played(env, task)
    assert shiftgym.replay(task, actions, options=options).rewards == rewards
    with pytest.raises(ValueError, match=r"'hand' was given to reset.*without 'hand'"):
        shiftgym.replay(task, actions)
    with pytest.raises(ValueError, match="digest"):
        shiftgym.replay(task, actions, options={"hand": "1 2 3 4"})
    _, dealt = started("GeneralPoints-v0")
    with pytest.raises(ValueError, match="nothing was given to reset; got 'hand'"):
        env.reset(options={"task": dealt, **options})


def test_what_a_string_cannot_hold_is_passed_to_replay() -> None:
    city, other = (virl_env.synthetic_city("grid", seed=seed, area=1.0) for seed in (1, 2))
    env, task = started("VIRLNavigation-v0", city=city, routes=5)
    assert json.loads(task)["keywords"]["city"] == {"digest of City": city.digest}
    actions, rewards = played(env, task)
    assert shiftgym.replay(task, actions, city=city).rewards == rewards
    with pytest.raises(ValueError, match=r"city=.*cannot hold.*replay\(task, actions, city="):
        shiftgym.replay(task, actions)
    with pytest.raises(ValueError, match="made with city="):
        shiftgym.replay(task, actions, city=other)


def test_a_wording_of_ones_own_counts() -> None:
    wordings = [PromptTemplate(f"{name}: {{cards}}", "No.", "Yes.", "Lost.") for name in "ab"]
    env, task = started("GeneralPoints-Text-v0", template=wordings[0])
    assert shiftgym.replay(task, ["1"], template=wordings[0]).outcomes == ["unreadable"]
    env, _ = started("GeneralPoints-Text-v0", template=wordings[1])
    with pytest.raises(ValueError, match="template="):
        env.reset(options={"task": task})


def test_equal_deals_have_unequal_digests() -> None:
    """So a digest names the hand to nobody who has seen it in another episode."""
    env, _ = started("GeneralPoints-v0", hand="3♠ 3♣ 8♠ 8♣")
    digests = {TaskString.parse(env.reset()[1]["task"]).digest for _ in range(20)}
    assert len(digests) == 20


def test_without_an_id_there_is_no_task() -> None:
    env = GeneralPointsEnv()
    _, info = env.reset(seed=0)
    assert info["task"] == ""
    with pytest.raises(ValueError, match="not made by gymnasium"):
        env.reset(options={"task": started("GeneralPoints-v0")[1]})


TASK = json.loads(GOLDEN["GeneralPoints-v0"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def cards() -> Any:
    return started("GeneralPoints-v0")[0]


@given(field=st.sampled_from([*TASK, "more"]), value=json_values)
def test_a_damaged_string_is_refused(cards: Any, field: str, value: Any) -> None:
    damaged = {**TASK, field: value}
    if damaged == TASK:
        return
    with pytest.raises(ValueError, match="task"):
        cards.reset(options={"task": json.dumps(damaged)})
    assert cards.unwrapped.episode.seed == TASK["episode_seed"]


@given(st.text() | json_values.map(json.dumps))
def test_what_is_no_task_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="A task is the string"):
        TaskString.parse(text)


@pytest.mark.parametrize("text", [None, 3, b"{}", {}, "[" * 100_000, '{"id":1}', "9" * 10_000])
def test_hostile_tasks_are_refused(text: Any) -> None:
    with pytest.raises(ValueError, match="A task is the string") as error:
        shiftgym.replay(text, [])
    assert len(str(error.value)) < 1_000


@pytest.mark.parametrize(
    ("value", "held"),
    [
        (np.int64(3), 3),
        (np.float32(0.5), 0.5),
        (Fraction(1, 2), 0.5),
        (np.True_, True),
        (np.str_("a"), "a"),
        (np.array([1, 2]), [1, 2]),
        ((1, "a", None), [1, "a", None]),
        (frozenset({2, 1}), [1, 2]),
        (gp_env.Rule(1, 2, 3), [1, 2, 3]),
        (gp_env.Outcome.CORRECT, "correct"),
        (virl_env.Directions("body", ("left",)), ["body", ["left"]]),
        ({"noise": np.int8(3)}, {"noise": 3}),
        (Path("mine.npz"), "mine.npz"),
    ],
    ids=str,
)
def test_plain_values(value: Any, held: Any) -> None:
    assert plain(value) == held
    assert json.loads(json.dumps(plain(value))) == held
    assert is_held(plain(value))


@pytest.mark.parametrize(
    "value",
    [gp_env.Hand((1, 2, 3, 4)), virl_env.Look(), object(), [object()], len],
    ids=["hand", "look", "object", "list", "function"],
)
def test_other_values_are_told_by_digest_or_type(value: Any) -> None:
    assert not is_held(plain(value))
    assert plain(value) == plain(value)


def test_importing_shiftgym_stays_cheap() -> None:
    script = (
        "import sys, shiftgym; assert 'gymnasium' not in sys.modules;"
        "shiftgym.replay; assert not {'gp_env', 'virl_env', 'torch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_replay_imports_the_package_of_the_id() -> None:
    _, task = started("GeneralPoints-v0")
    script = f"import shiftgym; print(shiftgym.replay({task!r}, [25]).outcomes)"
    command = [sys.executable, "-c", script]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.strip() == "['illegal_formula']"


def test_a_city_file_is_told_by_what_it_holds(tmp_path: Path, monkeypatch: Any) -> None:
    city = virl_env.synthetic_city("grid", 5, area=1.0)
    path = tmp_path / "town.npz"
    virl_env.save_city(city, path)
    _, task = started("VIRLNavigation-v0", city=str(path), routes=5)
    monkeypatch.chdir(tmp_path)
    for same in ("town.npz", path, city):
        assert len(shiftgym.replay(task, [0], city=same).rewards) == 1
    with pytest.raises(ValueError, match="Pass it"):
        shiftgym.replay(task, [0])
    # The routes stay: only what is seen of the city is another.
    virl_env.save_city(dataclasses.replace(city, look={"hue": 0.9}), path)
    with pytest.raises(ValueError, match="digest of City"):
        shiftgym.replay(task, [0], city=path)


@pytest.mark.parametrize(
    "id, keywords",
    [
        ("gymnasium:CartPole-v1", {}),
        ("gp_env:GeneralPoints-v0", {"id": "x"}),
        ("gp_env:GeneralPoints-v0", {"self": 1}),
        ("gp_env:GeneralPoints-v0", {"disable_env_checker": True}),
        ("..:GeneralPoints-v0", {}),
        ("gp_env\0:GeneralPoints-v0", {}),
    ],
)
def test_tasks_from_outside_end_in_one_kind_of_error(id: str, keywords: dict[str, Any]) -> None:
    _, task = started("GeneralPoints-v0")
    forged = TaskString.parse(task)._replace(id=id, keywords=keywords)
    with pytest.raises(ValueError, match=r"cannot be made|tells no tasks"):
        shiftgym.replay(str(forged), [0])


def test_no_task_is_no_wish_for_any_episode() -> None:
    env, task = started("GeneralPoints-v0")
    with pytest.raises(ValueError, match="got None"):
        env.reset(options={"task": None})
    with pytest.raises(ValueError, match="got a string"):
        shiftgym.replay(task, "abc")
    assert shiftgym.replay(task, iter([0])).rewards == shiftgym.replay(task, [0]).rewards
