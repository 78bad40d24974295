"""Every keyword of every id does something or is refused in the words of the user's call."""

from __future__ import annotations

import hashlib
import itertools
import json
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import virl_env
from shiftgym.keywords import shell_keywords
from tests.shells import CONFIGS, SHELLS, config_keywords, entry, keywords_of, make


class _Grey:
    """Sees nothing anywhere."""

    def four(self, geocode: Any, heading: float, size: int) -> NDArray[np.uint8]:
        return np.full((4, size, size, 3), 127, dtype=np.uint8)


FREE = {"movement": "free"}
MIRRORED = virl_env.Directions("body", ("right", "left", "slightly right", "slightly left"))

# A value of each keyword that is not its default, and what it needs beside it.
VALUES: dict[str, list[tuple[Any, dict[str, Any]]]] = {
    "rule": [("all-7", {}), ("random", {})],
    "stated_rule": [("all-7", {})],
    "target": [(25, {})],
    "num_cards": [(3, {})],
    "deck": [("large", {})],
    "deals": [("deck", {})],
    "suits": [("all", {})],
    "face_cards": [(True, {"rule": "all-7"})],
    "solvable_under": [(["all-12"], {})],
    "hand": [("3 3 8 8", {"face_cards": False})],
    "split": [("test", {})],
    "fold": [((1, 5), {"split": "test"}), ((0, 5, 3), {"split": "validation"})],
    "max_attempts": [(3, {})],
    "city": [("rio claro", {"routes": 5}), (["gridhaven", "unseen"], {"routes": 5})],
    "routes": [(3, {})],
    "route": [(virl_env.sample_route("gridhaven", 3), {"city": "gridhaven", "routes": 5})],
    "turns": [((2, 2), {"routes": 5})],
    "length": [((400, 900), {"routes": 5})],
    "landmarks": [("none", {"routes": 5})],
    "directions": [("random", {})],
    "stated_directions": [(MIRRORED, {})],
    "instructions": [("landmarks", {})],
    "style": [(2, {})],
    "movement": [("free", {})],
    "points_per_segment": [(2, {})],
    "drop_rate": [(0.5, {})],
    "initial_heading": [(0, {}), ("route", {})],
    "split_by": [
        ("numbers", {"rule": "rank", "split": "test"}),
        ("city", {"city": "unseen", "split": "test"}),
    ],
    "random_rules": [("pair", {"rule": "random"})],
    "face_share": [(0.4, {})],
    "max_steps": [(9, FREE)],
    "shaping": [(0.5, FREE)],
    "shaping_discount": [(0.5, FREE | {"shaping": 0.5})],
    "expert": [("route", FREE)],
    "observation": [("onehot", {}), ("image", {})],
    "mask": [("full", {}), (None, {})],
    "mask_in_observation": [(True, {})],
    "render_mode": [(mode, {}) for mode in ("ansi", "rgb_array", "human")],
    "image_size": [(33, {"images": True})],
    "views": [("grid", {})],
    "look": [("random", {"images": True})],
    "panoramas": [(_Grey(), {"images": True})],
    "template": [("compact", {})],
    "images": [(True, {})],
    "strict": [(True, {})],
    "num_envs": [(3, {})],
    "autoreset_mode": [("same_step", {})],
    "outcome_codes": [(True, {})],
    "max_episode_steps": [(1, {})],
}


def seen(env: Any, vector: bool) -> str:
    """Return all that somebody learns of an environment and of a short episode, as text."""
    told: list[Any] = [env.config, env.observation_space, env.render_mode]
    told += [getattr(env, name, None) for name in ("strict", "autoreset_mode")]
    if not vector:
        env._window._fps = 1_000
    told.append(env.reset(seed=0))
    told.append(env.step(env.expert_action()))
    env.close()
    return json.dumps(told, default=_as_text)


def _as_text(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.shape} {hashlib.sha256(value.tobytes()).hexdigest()}"
    return str(value)


SHELL_CASES, CONFIG_CASES = (
    [
        pytest.param(name, vector, keyword, *case, id=f"{name}-{vector}-{keyword}-{number}")
        for name, vector in SHELLS
        for keyword in keywords_of(name, vector)
        for number, case in enumerate(VALUES[keyword])
        if (keyword in config_keywords(name)) is of_config
        # Tasks have keywords of one name; what a case needs beside it tells whose it is.
        and (not of_config or set(case[1]) <= set(keywords_of(name, vector)))
    ]
    for of_config in (False, True)
)


@pytest.mark.parametrize(("name", "vector", "keyword", "value", "beside"), SHELL_CASES)
def test_every_keyword_of_a_shell_changes_what_is_seen(
    name: str, vector: bool, keyword: str, value: Any, beside: dict[str, Any]
) -> None:
    beside = {one: other for one, other in beside.items() if one in keywords_of(name, vector)}
    modes = entry(name, vector).metadata["render_modes"]
    elsewhere = {
        "render_mode": value not in modes,
        "observation": (value == "image") != ("-Image" in name),
    }
    if elsewhere.get(keyword):
        with pytest.raises(ValueError, match=f"{keyword}='{value}'"):
            make(name, vector, {keyword: value})
        return
    usual = seen(make(name, vector, beside), vector)
    assert usual == seen(make(name, vector, beside), vector)
    assert usual != seen(make(name, vector, {**beside, keyword: value}), vector)


@pytest.mark.parametrize(("name", "vector", "keyword", "value", "beside"), CONFIG_CASES)
def test_every_other_keyword_changes_the_configuration(
    name: str, vector: bool, keyword: str, value: Any, beside: dict[str, Any]
) -> None:
    usual = make(name, vector, beside)
    changed = make(name, vector, {**beside, keyword: value})
    assert getattr(usual.config, keyword) != getattr(changed.config, keyword)
    assert str(usual.config) != str(changed.config)


@pytest.mark.parametrize(
    ("name", "keywords", "words"),
    [
        ("GeneralPoints-Text-v0", {"image_size": 64}, ["image_size=64", "images=True"]),
        ("GeneralPoints-Text-v0", {"look": {"noise": 3}}, ["look={'noise': 3}", "images=True"]),
        ("VIRLNavigation-Text-v0", {"image_size": 64}, ["image_size=64", "images=True"]),
        ("VIRLNavigation-Text-v0", {"look": "random"}, ["look='random'", "images=True"]),
        ("VIRLNavigation-Text-v0", {"panoramas": "here"}, ["panoramas='here'", "images=True"]),
        ("VIRLNavigation-v0", {"max_steps": 9}, ["max_steps=9", "movement='free'"]),
        ("VIRLNavigation-v0", {"turns": 2}, ["turns", "got 2", "(2, 2)"]),
        ("VIRLNavigation-v0", {"city": ["unseen", "rio claro"]}, ["'rio claro' twice"]),
    ],
    ids=str,
)
def test_keywords_that_would_do_nothing_are_refused(
    name: str, keywords: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        make(name, False, keywords)
    assert [word for word in words if word not in str(error.value)] == []


def test_unseen_cities_may_stand_beside_others() -> None:
    env = make("VIRLNavigation-v0", False, {"city": ["gridhaven", "unseen"]})
    assert env.config.city == ("gridhaven", *virl_env.UNSEEN_CITIES)


@pytest.mark.parametrize(("name", "vector"), SHELLS)
@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [("max_attemps", "max_attempts"), ("render_mod", "render_mode"), ("Fold", "fold")],
)
def test_a_misspelt_keyword_is_named_with_the_right_one(
    name: str, vector: bool, misspelt: str, meant: str
) -> None:
    shell = entry(name, vector).__name__
    with pytest.raises(TypeError, match=f"{shell} .*'{misspelt}'.*'{meant}'") as error:
        make(name, vector, {misspelt: 3})
    assert "make()" not in str(error.value)
    with pytest.raises(TypeError, match=rf"{shell} .*'zzz'\. It takes .*render_mode.*fold"):
        make(name, vector, {"zzz": 3})


def test_keywords_of_pictures_are_unknown_where_there_are_none() -> None:
    for name, vector in itertools.product(("GeneralPoints-v0", "VIRLNavigation-v0"), (False, True)):
        for keyword in ("image_size", "look", "views", "panoramas"):
            with pytest.raises(TypeError, match=f"has no keyword '{keyword}'"):
                make(name, vector, {keyword: 64})


@pytest.mark.parametrize(
    ("id", "keyword", "told"),
    [
        ("VIRLNavigation-v0", "rule", "Did you mean 'directions'"),
        ("VIRLNavigation-Text-v0", "stated_rule", "Did you mean 'stated_directions'"),
        ("GeneralPoints-v0", "directions", "Did you mean 'rule'"),
        ("GeneralPoints-Image-v0", "stated_directions", "Did you mean 'stated_rule'"),
        ("VIRLNavigation-Text-v0", "mask", "Only ids without -Text take it"),
        ("GeneralPoints-Text-v0", "mask_in_observation", "Only ids without -Text take it"),
        ("GeneralPoints-v0", "images", "Only -Text ids take it"),
        ("VIRLNavigation-Image-v0", "template", "Only -Text ids take it"),
        ("VIRLNavigation-v0", "look", "Only -Image ids, and -Text ids with images=True, take it"),
        ("GeneralPoints-Text-v0", "autoreset_mode", "Only vector environments"),
        ("GeneralPoints-v0", "outcome_codes", "Only vector environments"),
    ],
)
def test_a_keyword_of_another_task_or_interface_says_so(id: str, keyword: str, told: str) -> None:
    with pytest.raises(TypeError, match=f"has no keyword '{keyword}'. {told}"):
        make(id, False, {keyword: "all-7"})


@pytest.mark.parametrize(
    ("id", "keyword"),
    [("GeneralPoints-v0", "stated_rule"), ("VIRLNavigation-v0", "stated_directions")],
)
def test_a_stated_rule_is_no_random_one(id: str, keyword: str) -> None:
    rule = keyword.removeprefix("stated_")
    told = rf"{keyword}='random' cannot be stated.*{rule}='random'"
    for beside in ({}, {rule: "random"}):
        with pytest.raises(ValueError, match=told):
            make(id, False, {keyword: "random", **beside})


NESTED: list[Any] = []
for _ in range(5_000):
    NESTED = [NESTED]

HOSTILE: list[Any] = [
    float("nan"), float("inf"), -float("inf"), 10**400, 10**5000, -1, 2**70, True, np.True_,
    "x", "", "y" * 100_000, b"x", "\0.npz", [], [[1], [2]], NESTED, {}, {"a": NESTED}, object(),
    np.array([1, 2]), np.array("a"), np.array([["a", "b"]]), np.float64("nan"),
    np.datetime64("NaT", "s"), np.timedelta64(3, "s"), (1,), (float("nan"),) * 2, (float("inf"), 5),
    (10**400, 5), (5, 10**400), ("a", "b"), (True, 5), (0.0, 5.0), len, 1.5, 1j, {1, 2},
    {0: 1, 5: 2},
]  # fmt: skip
INSIDES = ("ambiguous", "Exceeds the limit", "recursion", "cannot convert", "not subscriptable")


@pytest.mark.parametrize("task", CONFIGS)
def test_hostile_values_are_refused_by_keyword(task: str) -> None:
    accepted = []
    for keyword in config_keywords(task):
        free = FREE if VALUES[keyword][0][1].get("movement") == "free" else {}
        for value in HOSTILE:
            try:
                config = CONFIGS[task].make(**free, **{keyword: value})
            except ValueError as error:
                told = str(error)
                assert keyword in told
                assert not any(inside in told for inside in INSIDES)
                assert len(told) < 1_000
            else:
                hash(config)
                accepted.append(keyword)
    # An empty collection of rules, truth values where such are asked for, two numbers as an array.
    allowed = {"solvable_under": 2, "face_cards": 2, "turns": 1, "shaping": 1}
    assert {keyword: accepted.count(keyword) for keyword in accepted} == {
        keyword: count for keyword, count in allowed.items() if keyword in config_keywords(task)
    }


@pytest.mark.parametrize(("name", "vector"), SHELLS)
def test_hostile_values_of_the_shell_are_refused_by_keyword(name: str, vector: bool) -> None:
    for one in shell_keywords(entry(name, vector)).values():
        needed = (
            {"images": True}
            if "-Text" in name and one.name in ("look", "image_size", "panoramas")
            else {}
        )
        for value in HOSTILE:
            if isinstance(value, (bool, np.bool_)) and isinstance(one.default, bool):
                continue
            if one.name == "look" and isinstance(value, dict) and not value:
                continue
            if one.name == "panoramas" and isinstance(value, str):
                continue
            with pytest.raises(ValueError, match=one.name) as error:
                entry(name, vector)(**{**needed, one.name: value})
            told = str(error.value)
            assert not any(inside in told for inside in INSIDES)
            assert len(told) < 1_000


@pytest.mark.parametrize(
    ("task", "keyword", "value", "plain"),
    [
        ("GeneralPoints", "target", np.int8(30), 30),
        ("GeneralPoints", "num_cards", np.uint64(5), 5),
        ("GeneralPoints", "fold", np.array([1, 4]), (1, 4)),
        ("GeneralPoints", "fold", np.array([0, 7, 6]), (0, 7, 6)),
        ("GeneralPoints", "split", np.str_("test"), "test"),
        ("GeneralPoints", "rule", np.array([11, 12, 13]), "rank"),
        ("GeneralPoints", "face_cards", np.True_, True),
        ("GeneralPoints", "solvable_under", np.array([[5, 5, 5]]), ["all-5"]),
        ("GeneralPoints", "hand", np.array([3, 3, 8, 8]), "3 3 8 8"),
        ("VIRLNavigation", "turns", np.array([1, 2]), (1, 2)),
        ("VIRLNavigation", "length", np.array([50.0, 900.0]), (50, 900)),
        ("VIRLNavigation", "drop_rate", np.float32(0.5), Fraction(1, 2)),
        ("VIRLNavigation", "style", np.uint8(1), 1),
        ("VIRLNavigation", "initial_heading", np.int32(90), 90),
        ("VIRLNavigation", "shaping", np.float16(0.5), 0.5),
        ("VIRLNavigation", "max_steps", np.int16(7), 7),
    ],
    ids=str,
)
def test_numbers_of_numpy_are_numbers(task: str, keyword: str, value: Any, plain: Any) -> None:
    beside = FREE if keyword in ("shaping", "max_steps") else {}
    beside = {"split": "test"} if keyword == "fold" else beside
    config, same = (CONFIGS[task].make(**beside, **{keyword: one}) for one in (value, plain))
    assert config == same
    assert str(config) == str(same)
