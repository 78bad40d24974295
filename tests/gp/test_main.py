"""Playing a hand in the terminal."""

import re
from pathlib import Path

import gymnasium as gym
import pytest

from gp_env.__main__ import main
from gp_env.solver import solve
from tests.typed import typed


def test_a_hand_is_won_after_a_wrong_attempt(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--hand", "3 3 8 8"], typed("3+3+8+8", "8 ÷ (3 − 8/3) = 24")) == 0
    shown = capsys.readouterr().out
    assert "3" in shown
    assert "does not make 24" in shown
    assert "3+3+8+8 = 22, not 24." in shown
    assert "correct" in shown
    assert "8÷(3−8÷3) = 24." in shown


def test_what_is_no_formula_costs_nothing_and_is_asked_for_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["--hand", "3 3 8 8", "--attempts", "2"]
    lines = ("hm", "3^3+8", "8+(3", "2+2", "8/(3-8/3)")
    assert main(arguments, typed(*lines)) == 0
    shown = capsys.readouterr().out
    assert shown.count("That was no attempt") == 3
    assert "2+2 = 4, of 2, 2; the cards count 3, 3, 8, 8." in shown
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("lines", [(), ("",), ("1+1",) * 2])
def test_a_hand_that_is_lost_or_given_up_shows_a_solution(
    lines: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--hand", "3 3 8 8", "--attempts", "2"], typed(*lines)) == 1
    assert solve("3 3 8 8")[0] in capsys.readouterr().out


def test_a_seed_deals_the_same_hand_under_the_rule_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = []
    for _ in range(2):
        main(["--rule", "rank", "--faces", "--seed", "4"], typed())
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1]
    assert "K 13" in shown[0]


def test_the_seed_that_is_shown_deals_the_hand_again(capsys: pytest.CaptureFixture[str]) -> None:
    def shown(*seed: str) -> str:
        main(["--rule", "random", *seed], typed())
        return capsys.readouterr().out

    first = shown()
    seed = re.findall("--seed [0-9]+", first)[0].split()
    assert shown(*seed) == first
    assert shown() != first
    env = gym.make("GeneralPoints-v0", rule="random")
    env.reset(seed=int(seed[1]))
    assert str(env.unwrapped.hand) in first


def test_the_expert_wins_and_shows_how(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--expert", "--hand", "3 3 8 8"], typed()) == 0
    assert f"One way: {solve('3 3 8 8')[0]} = 24" in capsys.readouterr().out


def test_a_game_is_written_as_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gif, html = tmp_path / "game.gif", tmp_path / "game.html"
    arguments = ["--hand", "3 3 8 8", "--seed", "3", "--look", "rotation=3,noise=1"]
    arguments += ["--gif", str(gif), "--html", str(html)]
    assert main([*arguments, "--expert"], typed()) == 0
    assert gif.read_bytes()[:6] == b"GIF89a"
    # A step for each token, for "=", and the end.
    assert html.read_text("utf-8").count("<section") == len("8/(3-8/3)") + 2
    assert f"Written: {html}" in capsys.readouterr().out
    # One who gives up has a game to look at, too.
    assert main(arguments, typed("3+3+8+8", "")) == 1
    page = html.read_text("utf-8")
    assert page.count("<section") == 2
    assert "3+3+8+8" in page


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--hand", "1 1 1 1"], "24"),
        (["--rule", "eleven"], "eleven"),
        (["--look", "noise=3"], "--gif or --html"),
        (["--look", "noise=loud"], "rotation=3,noise=2"),
        (["--look", "fog=1", "--gif", "nowhere.gif"], "fog"),
        (["--gif", "nowhere/game.gif"], "no folder 'nowhere'"),
        (["--html", "."], "'.' is a folder"),
    ],
)
def test_bad_arguments_are_named(
    arguments: list[str], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments, typed())
    assert end.value.code == 2
    assert word in " ".join(capsys.readouterr().err.split())
