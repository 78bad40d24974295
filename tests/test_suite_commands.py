"""`shiftgym suite`: listing, showing, checking, cost, power and floor."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.commands.suite import app
from benchmarks.suites import SUITES, Column
from benchmarks.suites.files import read_suite
from benchmarks.suites.floor import floors
from benchmarks.suites.power import power


def told(*arguments: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(app, [*arguments])
    assert result.exit_code == exit_code, result.output
    return result.output


def test_a_suite_is_shown() -> None:
    output = told("show", "gp-l")
    assert f"gp-l, version 1, digest {SUITES['gp-l'].digest}." in output
    line = next(line for line in output.splitlines() if line.startswith("rule_ood"))
    assert " ".join(line.split()) == "rule_ood test 796 20 all 234 GeneralPoints-RuleOOD-v0"


def test_a_suite_of_ones_own_is_checked_and_gets_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    columns = {"in": {"id": "GeneralPoints-v0"}}
    path.write_text(json.dumps({"name": "mine", "version": "3.1", "columns": columns}))
    assert "mine, version 3.1, digest " in told("show", str(path))
    columns["in"]["id"] = "GeneralPoint-v0"
    path.write_text(json.dumps({"name": "mine", "columns": columns}))
    assert "columns.in: Unknown id" in told("show", str(path), exit_code=2)
    assert "gp-x" in told("show", "gp-x", exit_code=2)


def test_suites_are_listed_and_files_checked(tmp_path: Path) -> None:
    listed = told("list")
    assert [line.split()[0] for line in listed.splitlines()] == list(SUITES)
    assert all(of.digest in listed for of in SUITES.values())
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"name": "mine", "columns": {"in": {"id": "GeneralPoints-v0"}}}))
    checked = told("check", str(path))
    assert f"mine, version 1, digest {read_suite(path).digest}, GeneralPoints, 1 column." in checked
    columns = {"in": {"id": "GeneralPoints-v0", "total": 5}}
    path.write_text(json.dumps({"name": "mine", "columns": columns}))
    assert "total=5, and there are 566" in " ".join(told("check", str(path), exit_code=2).split())
    path.write_text("{}")
    assert "is no suite" in told("check", str(path), exit_code=2)


def test_the_cost_of_a_suite_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"name": "mine", "columns": {"in": {"id": "GeneralPoints-v0"}}}))
    output = told("cost", str(path), "--size", "smoke")
    assert output.startswith("mine, size smoke: 20 requests (1 to 1 an episode), 8")
    assert "no size" in told("cost", str(path), "--size", "huge", exit_code=2)


@pytest.mark.parametrize("name", ["gp-l", pytest.param("virl-l", marks=pytest.mark.slow)])
def test_ten_points_between_two_models_are_found(name: str) -> None:
    # The suites of those who see have the same hands and as many routes in this column.
    found = power(SUITES[name], "rule_ood")
    assert found.low >= 0.8
    assert found.false_alarms <= 0.1


def test_hands_of_one_cluster_that_come_out_alike_tell_less() -> None:
    of = SUITES["gp-l"]
    alike = power(of, "rule_ood", correlation=1.0, simulations=50)
    assert (alike.episodes, alike.clusters) == (796, 214)
    assert alike.found < 0.95
    few = power(of, "rule_ood", size="smoke", simulations=50)
    assert few.found < 0.5
    with pytest.raises(ValueError, match="0 < difference <= discordant"):
        power(of, "rule_ood", difference=0.4)


# The suites of those who see have the same hands and routes, with pictures that take long to draw.
SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in ("gp-vl", "virl-vl")]


@pytest.mark.parametrize("name", ["gp-l", "virl-l", *SLOW])
def test_who_knows_nothing_is_not_above_chance(name: str) -> None:
    played = list(floors(SUITES[name]))
    assert {one.agent for one in played} == {"random", "echo", "empty-object", "empty-reply"}
    columns = SUITES[name].columns_for(seen=False, trained=False, controls=True)
    assert len(played) == 4 * len(columns)
    assert not [one for one in played if one.too_high]
    assert all(one.estimate.value == 0 for one in played if one.agent != "random")


def test_a_suite_that_pays_for_nothing_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks.players import REPLIERS

    # Straight on: what an agent that knows nothing would get where every reply meant that.
    monkeypatch.setitem(REPLIERS, "empty-object", lambda prompt: '{"action": "forward()"}')
    of = SUITES["virl-l"].model_copy(
        update={"columns": {"in": Column(id="VIRLNavigation-v0")}, "sizes": {"smoke": 5}}
    )
    assert [one.agent for one in floors(of) if one.too_high] == ["empty-object"]
