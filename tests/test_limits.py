"""Rates, sums and passes of a model behind an endpoint, and what is shown while it plays."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from agents.rate_limits import RateLimits
from benchmarks.cli import app
from benchmarks.live import LiveTable
from benchmarks.passes import pass_tables, report_passes
from benchmarks.prices import price_of
from benchmarks.records import Episode
from benchmarks.runs import RunError, read_episodes, read_record
from tests.loopback import Endpoint, said, sent

pytestmark = pytest.mark.usefixtures("no_api_settings")

PRICE = {"toy": {"input": 1_000, "output": 10_000}}
"""A reply of 100 tokens in and 7 out is 0.17 dollars."""


def evaluate(endpoint: Endpoint, folder: Path, *more: str) -> Any:
    arguments = ["evaluate", "--model", "toy", "--base-url", endpoint.url, "--episodes", "6"]
    arguments += ["--ids", "GeneralPoints-Text-v0", "--out", str(folder), "--max-retries", "0"]
    return CliRunner().invoke(app, [*arguments, *more])


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_requests_are_spaced_evenly() -> None:
    clock = Clock()
    limits = RateLimits(rpm=60, now=clock)
    assert [limits.take_turn() for _ in range(4)] == [0, 1, 2, 3]
    clock.seconds = 10
    assert [limits.take_turn() for _ in range(2)] == [0, 1]
    free = RateLimits(now=clock)
    assert [free.take_turn() for _ in range(3)] == [0, 0, 0]


def test_tokens_a_minute_hold_whatever_was_expected() -> None:
    clock = Clock()
    limits, sent_at = RateLimits(tpm=6_000, now=clock), []
    for _ in range(100):
        clock.seconds += limits.take_turn()
        sent_at.append(clock.seconds)
        limits.came_back(300)
    assert 300 * 100 / sent_at[-1] * 60 == pytest.approx(6_000, rel=0.05)


@pytest.mark.parametrize("limit", [0, -1, float("nan")])
def test_a_limit_is_above_0(limit: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        RateLimits(rpm=limit)


def test_prices_are_of_a_model_whatever_stands_around_its_name(tmp_path: Path) -> None:
    listed = price_of("openai/gpt-4o-mini-2024-07-18")
    assert listed == price_of("gpt-4o-mini") != price_of("gpt-4o")
    assert price_of("my-model") is None
    own = tmp_path / "prices.json"
    own.write_text(json.dumps({"gpt-4o": {"input": 1, "output": 2}}))
    found = price_of("gpt-4o", own)
    assert found is not None
    assert (found.input, found.output) == (1, 2)
    for wrong in (
        "gpt-4o: 3",
        "[1]",
        "a: {input: -1, output: 2}",
        "a: {input: .inf, output: 1}",
        "{",
    ):
        own.write_text(wrong)
        with pytest.raises(ValueError, match=r"prices\.json holds no prices"):
            price_of("gpt-4o", own)


def test_no_more_is_spent_than_allowed(tmp_path: Path, endpoint: Endpoint) -> None:
    own, folder = tmp_path / "prices.yaml", tmp_path / "run"
    own.write_text(json.dumps(PRICE))
    prices = ("--prices", str(own), "--concurrency", "2")
    some = evaluate(endpoint, folder, *prices, "--max-cost", "0.60")
    assert some.exit_code == 3, some.output
    assert "3 of 6 episodes are pending: 3 x not asked: --max-cost 0.6 is reached" in some.output
    assert "0.51 US dollars, at 1000 for a million tokens in and 10000 out" in some.output
    assert len(endpoint.bodies) == 3
    # What was spent before counts.
    assert evaluate(endpoint, folder, *prices, "--max-cost", "0.60").exit_code == 3
    assert len(endpoint.bodies) == 3
    assert evaluate(endpoint, folder, *prices, "--max-cost", "1.10").exit_code == 0
    assert len(endpoint.bodies) == 6


def test_a_sum_is_for_all_passes_together(tmp_path: Path, endpoint: Endpoint) -> None:
    own = tmp_path / "prices.yaml"
    own.write_text(json.dumps(PRICE))
    asked = ("--prices", str(own), "--concurrency", "1", "--repeat", "2", "--max-cost", "1.60")
    fail = iter([True] * 3)
    usual = endpoint.answer
    endpoint.answer = lambda messages: sent(400) if next(fail, False) else usual(messages)
    # Of the first pass three are pending, and the second one is played whole.
    assert evaluate(endpoint, tmp_path / "run", *asked).exit_code == 3
    assert len(endpoint.bodies) == 12
    again = evaluate(endpoint, tmp_path / "run", *asked)
    assert "3 x not asked: --max-cost 1.6 is reached" in again.output
    assert len(endpoint.bodies) == 12


def test_a_sum_needs_a_price_and_a_count(tmp_path: Path, endpoint: Endpoint) -> None:
    unknown = evaluate(endpoint, tmp_path / "unknown", "--max-cost", "1")
    assert unknown.exit_code == 2
    assert "--max-cost needs the price of the model" in unknown.output
    assert not endpoint.bodies
    own = tmp_path / "prices.yaml"
    own.write_text(json.dumps(PRICE))
    endpoint.answer = lambda messages: sent(choices=[{"message": {"content": "no idea"}}])
    asked = ("--max-cost", "1", "--prices", str(own), "--concurrency", "1")
    uncounted = evaluate(endpoint, tmp_path / "uncounted", *asked)
    assert "5 x not asked: the endpoint counts no tokens" in uncounted.output
    assert len(endpoint.bodies) == 1


def test_passes_are_runs_of_their_own(tmp_path: Path, endpoint: Endpoint) -> None:
    folder = tmp_path / "run"
    for _ in range(2):
        done = evaluate(endpoint, folder, "--repeat", "2")
        assert done.exit_code == 0, done.output
        assert len(endpoint.bodies) == 12
    passes = [list(read_episodes(folder / f"pass-{number}")) for number in (1, 2)]
    assert [len(rows) for rows in passes] == [6, 6]
    told = (folder / "passes.md").read_text()
    assert "pass@k" in told
    assert "INCOMPLETE" not in told
    rows = (folder / "pass-2/episodes.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "pass-2/episodes.jsonl").write_bytes(b"".join(rows[1:]))
    report_passes(folder, [folder / f"pass-{number}" for number in (1, 2)], Console(quiet=True))
    assert "INCOMPLETE, missing: pass-2: 1 of" in (folder / "passes.md").read_text()
    with pytest.raises(RunError, match=r"Name a run in it, such as .*pass-1\.$"):
        read_record(folder)
    for arguments in (["--agent", "expert"], ["--model", "toy", "--sampling-seed", "1"]):
        refused = CliRunner().invoke(app, ["evaluate", *arguments, "--repeat", "2"])
        assert refused.exit_code == 2
        assert "--repeat" in refused.output


def row(index: int, success: bool, cell: str = "toy/in") -> Episode:
    return Episode(
        cell=cell, index=index, id="GeneralPoints-Text-v0", keywords={}, episode_seed=index,
        hand=None, digest="", cluster=str(index), replies=["x"], rewards=[0.0],
        outcomes=["correct" if success else "unreadable"], success=success, tokens=1,
    )  # fmt: skip


def test_one_and_all_of_k_passes() -> None:
    # Three passes over four episodes, which 0, 1, 2 and 3 of the passes solve.
    passes = [[row(index, index > number) for index in range(4)] for number in range(3)]
    of_k, spread = pass_tables(passes)
    some = [float(line[2].split()[0]) for line in of_k.rows]
    every = [float(line[3].split()[0]) for line in of_k.rows]
    assert some == [50.0, 66.7, 75.0]  # 1 - C(3-c, k) / C(3, k), the mean over c = 0 to 3
    assert every == [50.0, 33.3, 25.0]
    assert spread.rows == [["toy/in", "25.0", "75.0", "25.0", "75.0, 50.0, 25.0"]]
    # An episode that a pass lacks is left out of all.
    assert pass_tables([passes[0], passes[1][:2], passes[2]])[0].rows[0][4] == "2"


def test_what_is_shown_while_it_plays() -> None:
    clock = Clock()
    console = Console(width=120, record=True, file=io.StringIO())
    live = LiveTable(console, {"toy/in": 40, "toy/[b]": 10}, lambda: "9 replies", now=clock)
    live.add([row(index, index % 2 == 0) for index in range(10)])
    live.end(5)
    clock.seconds = 60
    console.print(live.shown())
    shown = console.export_text()
    assert "50.0 [" in shown
    assert "toy/[b]" in shown
    assert "9 replies" in shown
    assert "0:01:00 so far, about 0:08:00 left" in shown
    with live:
        pass


def test_failed_tries_are_counted_by_kind(tmp_path: Path, endpoint: Endpoint) -> None:
    from agents.chat import ChatPolicy

    busy = sent(429, {"Retry-After": "0.01"}, error={"message": "slow down"})
    answers = iter([busy, busy, sent(500, {"Retry-After": "0.01"}), said("here")])
    endpoint.answer = lambda messages: next(answers)
    policy = ChatPolicy("toy", base_url=endpoint.url, limits=RateLimits(rpm=60_000, tpm=1e9))
    assert policy.reply([]).text == "here"
    policy.close()
    assert policy.faults == {"status 429": 2, "status 500": 1}
