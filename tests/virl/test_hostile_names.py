"""Names of a city that somebody else made reach terminals and pages without control or markup."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.virl.built_city import built_city
from virl_env import synthetic_city
from virl_env.__main__ import main
from virl_env.replay import record, write_page
from virl_env.text_env import VIRLNavigationTextEnv
from virl_env.world.city import City
from virl_env.world.city_files import save_city

HOSTILE = "\x1b[2J\x07<script>alert(1)</script>|\u202e=1+1&\x00"


@pytest.fixture(scope="module")
def city() -> City:
    plain = synthetic_city("grid", 3)
    places = tuple(
        replace(place, name=f"{HOSTILE}{number}") for number, place in enumerate(plain.places)
    )
    return replace(plain, name=f"town{HOSTILE}", attribution=f"© {HOSTILE}", places=places)


def test_a_terminal_is_shown_no_control_characters(
    city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_city(city, tmp_path / "city.npz")
    assert main(["--city", str(tmp_path / "city.npz"), "--seed", "1", "--expert"]) == 0
    printed = capsys.readouterr().out
    assert "alert(1)" in printed
    assert printed.replace("\n", "").isprintable()


def test_a_page_holds_names_as_text(city: City, tmp_path: Path) -> None:
    env = VIRLNavigationTextEnv(city=city, routes=5, turns=(0, 1), points_per_segment=0)
    write_page(record(env, seed=1, view_size=32), tmp_path / "walk.html")
    written = (tmp_path / "walk.html").read_text(encoding="utf-8")
    assert "alert(1)" in written
    assert "<script>alert" not in written
    assert written.replace("\n", "").isprintable()


def test_an_error_is_printable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # A city of two short streets has no route to walk.
    nowhere = replace(built_city(spacing=1), name=f"town{HOSTILE}")
    save_city(nowhere, tmp_path / "city.npz")
    with pytest.raises(SystemExit):
        main(["--city", str(tmp_path / "city.npz")])
    told = capsys.readouterr().err
    assert "alert(1)" in told
    assert told.replace("\n", "").isprintable()
