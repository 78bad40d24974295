"""Demonstrations: true, evenly chosen, as the environment shows them, and safe on disk."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from agents.gp.demonstrations import COLUMNS, Demonstrations, demonstrate
from agents.gp.files import load_demonstrations, save_demonstrations
from gp_env.env import GeneralPointsEnv
from gp_env.solver import difficulty, solve
from gp_env.verifier import Outcome, verify

CONFIGS = [
    {},
    {"rule": "random", "split": "train", "fold": (1, 6)},
    {"rule": "rank", "face_cards": True, "num_cards": 3, "suits": "red"},
    {"num_cards": 5, "target": 36, "hand": (1, 2, 3, 12, 13)},
]


def same(left: Demonstrations, right: Demonstrations) -> bool:
    return all(np.array_equal(getattr(left, name), getattr(right, name)) for name in COLUMNS)


@pytest.mark.parametrize("keywords", CONFIGS)
def test_every_formula_wins_and_every_column_is_true(keywords: dict) -> None:
    made = demonstrate(60, seed=3, **keywords)
    env = GeneralPointsEnv(**keywords)
    for index in range(60):
        _, info = env.reset(seed=3 if index == 0 else None)
        assert made.episode_seed[index] == info["episode_seed"]
        assert made.hand(index) == env.hand
        assert made.scoring_rule(index) == env.rule
        (formula,) = made.formulas(index)
        hand, rule, target = made.hand(index), made.scoring_rule(index), int(made.target[index])
        assert verify(formula, hand, rule, target).outcome is Outcome.CORRECT
        assert formula in solve(hand, rule, target)
        assert made.difficulty[index] == np.float32(difficulty(hand, rule, target))


def test_any_solution_is_chosen_evenly_and_first_is_the_solvers() -> None:
    hand = (2, 3, 4)
    formulas = solve(hand)
    chosen = demonstrate(100 * len(formulas), hand=hand)
    counts = Counter(chosen.formulas(index)[0] for index in range(len(chosen)))
    assert set(counts) == set(formulas)
    assert max(counts.values()) < 200
    assert min(counts.values()) > 50
    first = demonstrate(5, hand=hand, solutions="first")
    assert {first.formulas(index)[0] for index in range(5)} == {formulas[0]}


def test_seeded() -> None:
    assert same(demonstrate(50, seed=1), demonstrate(50, seed=1))
    assert not same(demonstrate(50, seed=1), demonstrate(50, seed=2))
    assert same(demonstrate(50, seed=1).take(slice(20)), demonstrate(20, seed=1))


@pytest.mark.parametrize("wrong", [0, 2])
@pytest.mark.parametrize("rule", ["random", "ten"])
def test_transitions_are_what_the_environment_shows(rule: str, wrong: int) -> None:
    keywords = {"rule": rule, "max_attempts": 3}
    made = demonstrate(40, seed=5, wrong_attempts=wrong, **keywords)
    seen = made.transitions(chunk=16)
    assert seen.demonstrations == 40
    env = GeneralPointsEnv(mask=None, **keywords)
    row = 0
    for index in range(40):
        observation, _ = env.reset(options={"episode_seed": int(made.episode_seed[index])})
        for attempt, formula in enumerate(made.attempts[index]):
            for code in formula[formula > 0]:
                if attempt == wrong:
                    assert np.array_equal(seen.observations[row], observation)
                    assert seen.actions[row] == code - 1
                    row += 1
                observation, reward, terminated, _, info = env.step(int(code) - 1)
            assert info["is_success"] == terminated == (attempt == wrong)
        assert reward == 5.0
    assert row == len(seen.actions) == len(seen.observations)


def test_wrong_attempts_use_the_cards_and_miss_the_target() -> None:
    made = demonstrate(200, wrong_attempts=2, rule="random")
    assert made.wrong_attempts == 2
    different = 0
    for index in range(200):
        first, second, _ = made.formulas(index)
        different += first != second
        for formula in (first, second):
            verdict = verify(formula, made.hand(index), made.scoring_rule(index))
            assert verdict.outcome is Outcome.WRONG_VALUE
    assert different > 190
    with pytest.raises(ValueError, match="wrong_attempts"):
        demonstrate(5, wrong_attempts=1, max_attempts=1)


@pytest.mark.parametrize("suffix", [".npz", ".jsonl"])
def test_files_keep_everything(tmp_path: Path, suffix: str) -> None:
    keywords = {"rule": (3, 4, 5), "split": "train", "fold": (1, 6)}
    made = demonstrate(30, seed=2, wrong_attempts=1, **keywords)
    path = tmp_path / f"demonstrations{suffix}"
    save_demonstrations(path, made)
    read = load_demonstrations(path)
    assert same(made, read)
    assert np.array_equal(made.transitions().observations, read.transitions().observations)


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.npz or \.jsonl"):
        save_demonstrations(tmp_path / "demonstrations.pkl", demonstrate(1))
    path = tmp_path / "other.npz"
    np.savez(path, ranks=np.zeros(3))
    with pytest.raises(ValueError, match="no demonstrations"):
        load_demonstrations(path)
    path = tmp_path / "other.jsonl"
    path.write_text('{"ranks": [1]}\n')
    with pytest.raises(ValueError, match="no demonstrations"):
        load_demonstrations(path)


def test_unknown_choice_of_solutions_is_refused() -> None:
    with pytest.raises(ValueError, match="'any' or 'first'"):
        demonstrate(1, solutions="best")


def test_a_seed_is_no_negative_number() -> None:
    with pytest.raises(ValueError, match=r"seed must be an integer from 0 .* got -1"):
        demonstrate(3, seed=-1)


@pytest.mark.parametrize("suffix", [".npz", ".jsonl"])
def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"demonstrations{suffix}"
    save_demonstrations(path, demonstrate(1))
    whole = path.read_bytes()
    unwritable = demonstrate(1)
    unwritable.keywords["hand"] = {1}
    with pytest.raises(TypeError, match="JSON"):
        save_demonstrations(path, unwritable)
    assert path.read_bytes() == whole
    assert list(tmp_path.iterdir()) == [path]


ROW = {
    "episode_seed": 1,
    "ranks": [10, 5, 10, 7],
    "suits": [1, 1, 1, 4],
    "rule": [10, 10, 10],
    "target": 24,
    "difficulty": 0.1,
    "attempts": ["10+10/5*7"],
}


@pytest.mark.parametrize(
    "changed",
    [
        {"ranks": [1] * 7},
        {"ranks": 5},
        {"suits": [300, 1, 1, 1]},
        {"rule": [10, 10]},
        {"target": None},
        {"target": -1},
        {"difficulty": "x"},
        {"episode_seed": 2**70},
        {"attempts": ["10+10/5*7"] * 2},
        {"attempts": ["23+1"]},
        {"attempts": ["1+" * 30 + "1"]},
        {"attempts": "10+10/5*7"},
        {"attempts": 7},
        {"attempts": ["1" * 9000]},
    ],
)
def test_rows_of_another_shape_are_refused_by_their_line(
    tmp_path: Path, changed: dict[str, Any]
) -> None:
    path = tmp_path / "x.jsonl"
    save_demonstrations(path, demonstrate(1))
    header = path.read_text().splitlines()[0]
    path.write_text("\n".join([header, json.dumps(ROW)]))
    assert load_demonstrations(path).formulas(0) == ROW["attempts"]
    path.write_text("\n".join([header, json.dumps(ROW), json.dumps({**ROW, **changed})]))
    with pytest.raises(ValueError, match=r"x\.jsonl holds no demonstrations.*line 3"):
        load_demonstrations(path)


@pytest.mark.parametrize(
    "column, value",
    [
        ("ranks", np.zeros((1, 7), np.uint8)),
        ("ranks", np.zeros((2, 6), np.uint8)),
        ("attempts", np.zeros((1, 20), np.uint8)),
        ("difficulty", np.zeros(1)),
        ("header", np.array('{"schema": "shiftgym/gp-demonstrations/1"}')),
        ("header", np.array('{"schema": "shiftgym/gp-demonstrations/1", "keywords": 3}')),
        ("header", np.array("[]")),
    ],
)
def test_columns_of_another_shape_are_refused(
    tmp_path: Path, column: str, value: NDArray[Any]
) -> None:
    path = tmp_path / "x.npz"
    save_demonstrations(path, demonstrate(1))
    with np.load(path) as file:
        columns = {name: file[name] for name in file.files}
    np.savez(path, **{**columns, column: value})
    with pytest.raises(ValueError, match=r"x\.npz holds no demonstrations"):
        load_demonstrations(path)
