"""Walking a route in the terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.typed import typed
from virl_env.__main__ import draw_way, main
from virl_env.routes.rail import RailStep


@pytest.mark.parametrize("rule", ["absolute", "relative", "random"])
def test_the_expert_arrives(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--expert", "--directions", rule, "--seed", "3"], typed()) == 0
    shown = capsys.readouterr().out
    assert "The action is correct. The route ends here." in shown
    assert "Right: 100%" in shown
    assert "> turn_direction(" in shown
    assert "> stop()" in shown


def test_a_person_types_actions(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--expert", "--seed", "5", "--turns", "1"], typed())
    actions = re.findall(r"^> (.*)$", capsys.readouterr().out, re.MULTILINE)
    plain = [action.replace("()", "").replace("turn_direction(", "turn ") for action in actions]
    arguments = ["--seed", "5", "--turns", "1"]
    # What cannot be read costs nothing, and is asked for again.
    assert main(arguments, typed("hop", *(said.rstrip(")") for said in plain))) == 0
    shown = capsys.readouterr().out
    assert "'hop' is no action: type forward, stop, or turn and one of north, " in shown
    assert "That was no attempt" in shown
    assert "Right: 100%" in shown
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("lines", [(), ("",), ("stop", "")])
def test_giving_up_shows_what_was_right(
    lines: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--seed", "1"], typed(*lines)) == 1
    assert "Right here: turn_direction(" in capsys.readouterr().out


def test_a_failed_route_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seed", "1", "--attempts", "1"], typed(*["stop"] * 100)) == 1
    assert "not what the instructions ask for" in capsys.readouterr().out


def test_a_seed_walks_the_same_route_and_the_seed_of_a_walk_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = []
    main([], typed())
    shown.append(capsys.readouterr().out)
    seed = re.search(r"Seed (\d+):", shown[0])
    assert seed is not None
    main(["--seed", seed.group(1)], typed())
    assert capsys.readouterr().out == shown[0]
    main(["--seed", str(int(seed.group(1)) + 1)], typed())
    assert capsys.readouterr().out != shown[0]


def test_what_models_are_told_can_be_shown(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--template", "compact", "--seed", "2"], typed())
    assert "world: north north" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--city", "Atlantis"], "Atlantis"),
        (["--city", "town.graphml"], "python -m virl_env.maps town.graphml city.npz"),
        (["--city", "town.osm.pbf"], "python -m virl_env.maps town.osm.pbf city.npz"),
        (["--directions", "up"], "up"),
        (["--turns", "9"], "9"),
        (["--look", "night=3"], "--gif or --html"),
        (["--panoramas", "here"], "--gif or --html"),
        (["--html", "nowhere/walk.html"], "no folder 'nowhere'"),
    ],
)
def test_bad_arguments_are_named(
    arguments: list[str], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments, typed())
    assert end.value.code == 2
    # Messages are wrapped between words.
    assert word in " ".join(capsys.readouterr().err.split())


def step(north: float, east: float, heading: int, intersection: bool = False) -> RailStep:
    return RailStep((north, east), heading, "forward()", "", intersection, 1, "forward")


def test_map_of_the_way() -> None:
    steps = [step(0, 0, 90), step(0, 1, 90), step(0, 2, 90, True), step(1, 2, 0), step(2, 2, 45)]
    width = 47
    assert draw_way(steps, 0).splitlines()[-1] == "→"
    last = draw_way(steps, 4).splitlines()
    assert len(last) <= 16
    assert last[0].rstrip()[-1] == "↗"
    assert last[-1][0] == "S"
    assert last[-1][-1] == "+"
    assert max(map(len, last)) <= width + 1
    assert "↗" not in draw_way(steps, 3)
    # A way without any extent is one mark.
    assert draw_way([step(40, 3, 180)] * 3, 2) == "↓"


def test_a_walk_is_written_as_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gif, html = tmp_path / "walk.gif", tmp_path / "walk.html"
    arguments = ["--turns", "0", "--points", "1", "--seed", "3", "--look", "night=3,weather=1"]
    arguments += ["--gif", str(gif), "--html", str(html)]
    assert main([*arguments, "--expert"], typed()) == 0
    assert gif.read_bytes()[:6] == b"GIF89a"
    assert html.read_text("utf-8").count("<section") == 4
    assert f"Written: {html}" in capsys.readouterr().out
    # One who gives up has a walk to look at, too.
    assert main(arguments, typed("stop")) == 1
    assert html.read_text("utf-8").count("<section") == 2


@pytest.mark.parametrize(
    ("look", "words"), [("night=dark", "night=3"), ("fog=1", "fog"), ("sunny", "sunny")]
)
def test_a_look_that_is_none_is_named(
    look: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--gif", "nowhere.gif", "--look", look, "--seed", "1"], typed())
    assert words in capsys.readouterr().err
