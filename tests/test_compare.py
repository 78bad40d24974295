"""`compare`: what is called a difference, what is refused, and what others wrote in the runs."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks.cli import app
from benchmarks.comparison.false_alarms import BAR, false_alarms, main
from benchmarks.comparison.loaded import Played
from benchmarks.comparison.pairs import (
    ComparedColumn,
    compare_columns,
    episodes_to_decide,
    tie_groups,
)
from benchmarks.comparison.tables import rate_table
from benchmarks.coverage import SOLVE_RATES
from benchmarks.records import Episode, RunRecord
from benchmarks.runs import Run
from benchmarks.significance import holm
from benchmarks.statistics import Observation, paired_difference, paired_test, rate
from benchmarks.suites import suite

GP = {"gp-l": suite("gp-l").digest}
COUNT = 60


def write(
    folder: Path,
    who: str,
    columns: Mapping[str, Sequence[bool]],
    *,
    suites: Mapping[str, str] = GP,
    first_seed: int = 0,
    digest: str = "same",
    asked: int = COUNT,
    keywords: Mapping[str, int] | None = None,
) -> Path:
    """Write a run in which `who` solved what is said, hand i with episode seed i."""
    cells = {f"{who}/{name}": {"id": "GeneralPoints-v0", **(keywords or {})} for name in columns}
    config = {"agent": who, "cells": cells, "episodes": dict.fromkeys(cells, asked)}
    record = RunRecord(kind="evaluate", config=config, seeds=[], suites=dict(suites))
    with Run(folder, record) as run:
        for name, solved in columns.items():
            run.append(
                Episode(
                    cell=f"{who}/{name}",
                    index=index,
                    id="GeneralPoints-v0",
                    keywords={},
                    episode_seed=first_seed + index,
                    digest=f"{digest}{index}",
                    cluster=str(index // 2),
                    actions=[25],
                    rewards=[5.0 if one else -1.0],
                    outcomes=["correct" if one else "wrong_value"],
                    success=one,
                    tokens=1,
                )
                for index, one in enumerate(solved)
            )
    return folder


def share(solved: int, of: int = COUNT) -> list[bool]:
    return [index % of < solved for index in range(COUNT)]


def compare(*arguments: object, exit_code: int = 0) -> str:
    result = CliRunner().invoke(app, ["compare", *map(str, arguments)], env={"COLUMNS": "80"})
    assert result.exit_code == exit_code, result.output
    return result.output


def test_differences_ties_and_gaps(tmp_path: Path) -> None:
    good = {"in": share(54), "in_pairs": share(50), "ood_pairs": share(20)}
    level = {name: [*solved[1:], solved[0]] for name, solved in good.items()}
    bad = {name: share(6) for name in good}
    runs = [
        write(tmp_path / who, who, columns)
        for who, columns in (("good", good), ("level", level), ("bad", bad))
    ]
    told = compare(*runs, "--out", tmp_path / "out")
    assert max(map(len, told.splitlines()[:-1])) <= 80
    assert re.search(r"in +1\Wgood +90\.0 \[.*\] +a +60 +30", told)
    assert re.search(r"3\Wbad +10\.0 \[.*\] +b", told)
    assert re.search(r"in +1 - 2 .* undecided", told)
    assert re.search(r"1 - 3 +\+80\.0 .* <0\.001 +1 better", told)
    assert re.search(r"good +ood_pairs - in_pairs +-50\.0", told)
    with (tmp_path / "out" / "compare.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 9
    assert {row["verdict"] for row in rows if row["second"] == "bad"} == {"1 better", "2 better"}
    assert "**Differences in points" in (tmp_path / "out" / "compare.md").read_text()
    # One column is a smaller family of tests.
    assert "over all tests (3)" in " ".join(compare(*runs, "--columns", "in").split())


def test_controls_are_compared_when_they_are_asked_for(tmp_path: Path) -> None:
    columns = {"in": share(30), "fake": share(30)}
    runs = [write(tmp_path / who, who, columns) for who in "ab"]
    assert "fake" not in compare(*runs)
    assert "fake" in compare(*runs, "--columns", "fake")


def test_only_common_episodes_count_and_what_is_missing_is_said(tmp_path: Path) -> None:
    whole = write(tmp_path / "a", "a", {"in": share(30)})
    part = write(tmp_path / "b", "b", {"in": share(30)[:40]}, keywords={"max_attempts": 3})
    told = compare(whole, part)
    assert "b: INCOMPLETE, missing: 20 of 60 episodes of b/in" in told
    assert "INCOMPLETE: Success in percent" in told
    assert re.search(r"1\Wa +75\.0 .* 40 +20", told)
    assert "b played with max_attempts=3 and not None, as a did." in told


def test_two_runs_of_one_player_are_told_apart(tmp_path: Path) -> None:
    runs = [write(tmp_path / name, "model", {"in": share(30)}) for name in ("cold", "warm")]
    told = compare(*runs)
    assert "1\u00a0model (cold)" in told
    assert "2\u00a0model (warm)" in told


def test_what_cannot_be_compared_is_refused_by_name(tmp_path: Path) -> None:
    one = write(tmp_path / "one", "one", {"in": share(30)})
    cases = {
        "edited": ("gp-l (digest 123)", {"suites": {"gp-l": "123"}}),
        "later": ("have no common episode in in", {"first_seed": 1000}),
        "other": ("Episode seed 0 of in dealt same0", {"digest": "x"}),
        "empty": ("no common episode", {"first_seed": COUNT}),
    }
    for name, (words, changes) in cases.items():
        folder = write(tmp_path / name, name, {"in": share(30)}, **changes)  # type: ignore[arg-type]
        told = compare(one, folder, exit_code=2)
        assert words in told, told
        assert str(folder) in told
        assert str(one) in told
    ids = write(tmp_path / "ids", "ids", {"GeneralPoints-v0": share(30)}, suites={})
    assert "of single ids" in compare(one, ids, exit_code=2)
    columns = write(tmp_path / "columns", "columns", {"rule_ood": share(30)})
    assert "no column in common" in compare(one, columns, exit_code=2)
    assert "no episode of column large" in compare(one, one.parent / "edited" / ".." / "other",
                                                   "--columns", "large", exit_code=2)  # fmt: skip
    assert "is named twice" in compare(one, one.parent / "later" / ".." / "one", exit_code=2)
    assert "2 to 26 runs" in compare(one, exit_code=2)
    assert "no run folder" in compare(one, tmp_path, exit_code=2)
    other = write(tmp_path / "again", "again", {"in": share(30)})
    assert "no metric 'spl'" in compare(one, other, "--metric", "spl", exit_code=2)
    assert "has no finished episode" in compare(one, write(tmp_path / "none", "n", {}), exit_code=2)


def test_a_study_is_not_an_evaluation(tmp_path: Path) -> None:
    one = write(tmp_path / "one", "one", {"in": share(30)})
    record = RunRecord(kind="study", config={}, seeds=[0], suites=GP)
    with Run(tmp_path / "study", record):
        pass
    assert "is a run of study" in compare(one, tmp_path / "study", exit_code=2)


def test_names_of_others_stay_text(tmp_path: Path) -> None:
    name = '=HYPERLINK("x")[red]\x1b[31m|<b>'
    runs = [write(tmp_path / str(i), who, {"in": share(30)}) for i, who in enumerate((name, "b"))]
    told = compare(*runs, "--out", tmp_path / "out")
    assert "\x1b" not in told
    assert "[red]" in told
    page = (tmp_path / "out" / "compare.md").read_text()
    assert "<b>" not in page
    assert "\x1b" not in page
    assert "'=HYPERLINK" in (tmp_path / "out" / "compare.csv").read_text()


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_runs_share_a_group_where_they_are_not_told_apart() -> None:
    assert tie_groups([0.9, 0.5, 0.1], []) == [[0], [0], [0]]
    assert tie_groups([0.1, 0.5, 0.9], [(0, 2)]) == [[1], [0, 1], [0]]
    rng = np.random.default_rng(0)
    for _ in range(50):
        count = int(rng.integers(2, 7))
        pairs = [(i, j) for i in range(count) for j in range(i + 1, count)]
        differ = [pair for pair in pairs if rng.random() < 0.4]
        groups = tie_groups(rng.random(count).tolist(), differ)
        for i, j in pairs:
            assert bool(set(groups[i]) & set(groups[j])) == ((i, j) not in differ)


def test_more_groups_than_letters_have_numbers() -> None:
    one = rate([Observation(0, "a", 1.0)])
    for ties, named in (([[0, 25], [25]], ["az", "z"]), ([[0, 25], [26]], ["1 26", "27"])):
        column = ComparedColumn("in", [one] * 2, [], ties)
        table = rate_table([column], ["one", "two"], "success", "hands")
        assert [row[3] for row in table.rows] == named


def test_the_test_is_the_interval_of_the_tables() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        clusters = rng.integers(5, size=40)
        sides = [
            {
                (0, i): Observation(0, str(cluster), float(rng.random() < chance))
                for i, cluster in enumerate(clusters)
            }
            for chance in rng.random(2)
        ]
        test = paired_test(*sides)
        assert test.estimate == paired_difference(*sides)
        assert (test.p_value < 0.05) == (not test.estimate.low <= 0 <= test.estimate.high)
    with pytest.raises(ValueError, match="one seed; got episodes of 2"):
        paired_test(*[side | {(1, 0): Observation(1, "0", 1.0)} for side in sides])


def test_so_many_episodes_decide() -> None:
    def play(solved: int, count: int) -> dict[tuple[int, int], Observation]:
        return {(0, i): Observation(0, str(i), float(i % 20 < solved)) for i in range(count)}

    few = paired_test(play(11, 100), play(10, 100))
    needed = episodes_to_decide(few, 10)
    assert needed is not None
    # With as many the difference is as clear as asked for: 2.81 + 0.84 standard errors.
    count = 20 * round(needed / 20)
    assert paired_test(play(11, count), play(10, count)).error == pytest.approx(3.65, rel=0.05)
    assert episodes_to_decide(paired_test(play(10, 100), play(10, 100)), 10) is None


def test_a_difference_of_20_points_is_called() -> None:
    rng = np.random.default_rng(2)
    sides = [
        {i: Played("", str(i), float(rng.random() < chance)) for i in range(500)}
        for chance in (0.4, 0.6)
    ]
    (column,) = compare_columns({"in": sides})
    assert column.pairs[0].differs
    assert column.pairs[0].needed is None


def test_a_difference_is_seldom_called_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    clusters = {name: [str(i // size) for i in range(120)] for name, size in (("a", 1), ("b", 4))}

    def share(simulations: int) -> float:
        draw = SOLVE_RATES["uniform"]
        return false_alarms(clusters, draw, models=3, simulations=simulations)

    assert share(100) <= BAR
    monkeypatch.setattr("benchmarks.comparison.pairs.holm", lambda p_values: p_values)
    assert share(60) > 2 * BAR  # the test can fail


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gp-l", "virl-l"])
def test_false_alarms_of_suites(name: str) -> None:
    assert main([name]) == 0
