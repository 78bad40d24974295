"""The size of the leaderboard: fifty entries, half on cards and half on streets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from zlib import crc32

import gymnasium as gym
import pytest
from rich.console import Console

from benchmarks.cells import column_seeds
from benchmarks.evaluation import run_evaluation
from benchmarks.leaderboard.entries import read_submissions
from benchmarks.leaderboard.figures import figures
from benchmarks.leaderboard.site import pages
from benchmarks.leaderboard.standings import boards
from benchmarks.options import EndpointOptions, EvaluationOptions
from benchmarks.submissions.writing import submit
from benchmarks.suites import SUITES
from benchmarks.tasks import TASKS
from tests.forging import WRONG
from tests.loopback import Endpoint, listening, said

ENTRIES, MOST_BYTES = 50, 300_000


def answers(suite: str) -> Callable[[list[dict[str, Any]]], Any]:
    """Return answers that are right to most prompts of the smoke size, and wrong to others."""
    of, known = SUITES[suite], {}
    assert TASKS[of.task].name == of.task  # importing a task registers its ids
    for column in of.columns_for(seen=False, trained=False, controls=True):
        id, keywords = of.id(column, "-Text"), {**of.keywords(column, None), "max_attempts": 1}
        env: Any = gym.make(id, disable_env_checker=True, **keywords)
        for seed in column_seeds(of, column, id, keywords, None, of.size(column, "smoke")):
            prompt, over = env.reset(options={"episode_seed": seed})[0], False
            while not over:
                right = env.unwrapped.expert_action()
                known[prompt] = right if crc32(prompt.encode()) % 16 > 3 else WRONG
                prompt, _, terminated, truncated, _ = env.step(right)
                over = terminated or truncated
    return lambda messages: said(known.get(messages[-1]["content"], WRONG))


@pytest.mark.slow
def test_fifty_entries_are_small(tmp_path: Path) -> None:
    for suite in ("gp-l", "virl-l"):
        run = tmp_path / suite
        with listening(Endpoint()) as endpoint:
            endpoint.answer = answers(suite)
            asked = EndpointOptions("acme/model-32b", endpoint.url, sampling={"temperature": 0.0})
            options = EvaluationOptions(suite=suite, size="smoke", out=run, endpoint=asked)
            run_evaluation(options, Console(quiet=True))
        told: dict[str, Any] = {"track": "stock", "licence": "CC0-1.0", "day": date(2026, 1, 2)}
        link = "https://example.org/model-32b"
        submit(run, tmp_path / "in" / f"{suite}-model", name="Model 32B", link=link, **told)
    entries = read_submissions(tmp_path / "in", [], lambda _: None).entries
    many = [
        figures(replace(entry, slug=f"{entry.slug}-{number}"))
        for number in range(ENTRIES // 2)
        for entry in entries
    ]
    written = pages(boards(many), {})
    assert len(many) == ENTRIES
    size = sum(len(text.encode()) for text in written.values())
    print(f"{size:,} bytes")
    assert size < MOST_BYTES
