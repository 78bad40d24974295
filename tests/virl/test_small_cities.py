"""A town of few routes: all of them are dealt, which is said, also where they are split."""

from __future__ import annotations

from pathlib import Path

import gymnasium as gym
import pytest

import virl_env
from tests.virl.town import ARMS, CROSS, feature, surveyed
from virl_env.__main__ import main
from virl_env.env import VIRLNavigationEnv

SHOPS = {"Oak": (-150, 8), "Elm": (8, 150), "Ash": (-8, -150)}
FEW = "The city 'town' has 8 routes of turns 1 to 4, 100 to 2000 metres and landmarks='any'"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Return the file of a city of two streets that cross, with a shop in each arm."""
    shops = [feature(spot, shop="bakery", name=name) for name, spot in SHOPS.items()]
    virl_env.save_city(surveyed(tmp_path, CROSS, ARMS, *shops).city, tmp_path / "town.npz")
    return tmp_path / "town.npz"


def routes(**keywords: object) -> set[str]:
    """Return the digests of the routes that an environment deals."""
    env = gym.make("virl_env:VIRLNavigation-v0", **keywords).unwrapped
    assert isinstance(env, VIRLNavigationEnv)
    dealt = set()
    for seed in range(100):
        env.reset(seed=seed)
        dealt.add(env.route.digest)
    return dealt


def test_all_routes_of_a_small_town_are_dealt(town: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert len(routes(city=str(town))) == 8
    assert caplog.messages == [f"{FEW}: all of them are dealt."]
    with pytest.raises(ValueError, match=r"gave 8 different routes.*at most 8 \(routes=\)"):
        routes(city=str(town), routes=9)


def test_a_split_of_a_small_town_says_how_few_it_has(
    town: Path, caplog: pytest.LogCaptureFixture
) -> None:
    split = {k: routes(city=str(town), split=k, fold=(0, 7, 6)) for k in ("train", "test")}
    told = "with fold=(0, 7, 6), 4 in 'train', 3 in 'validation', 1 in 'test'"
    assert caplog.messages == [f"{FEW}: {told}."] * 2
    assert [len(dealt) for dealt in split.values()] == [4, 1]
    # Of eight routes, none is in part 1.
    assert len(routes(city=str(town), split="train", fold=(1, 7, 6))) == 5
    assert caplog.messages[-1].endswith(", 5 in 'train', 3 in 'validation', 0 in 'test'.")
    with pytest.raises(
        ValueError, match=r"\(1, 7, 6\) leaves no route: 8 .* few for 7 parts"
    ) as at:
        routes(city=str(town), split="test", fold=(1, 7, 6))
    assert "larger one" in str(at.value)
    # With a large city beside it, its routes are split too, and the test has some.
    cities = [str(town), "gridhaven"]
    assert len(routes(city=cities, split="test", fold=(1, 7, 6))) > 50


def test_a_small_town_is_walked_in_the_terminal(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--city", str(town), "--expert", "--seed", "1"], lambda _: "") == 0
    assert "Right: 100%" in capsys.readouterr().out
