"""What the cache buys when TinyLM samples: `python -m benchmarks.speed.tinylm`.

Without the cache a model runs over the whole text again for each word. Both write the same words.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from agents.tinylm.model import TinyLM
from benchmarks.speed.rows import best_speeds, row, show, with_ratios
from gp_env.text import COMPACT, build_prompt

BATCH = 256
WORDS = 23
"""Words of the longest reply that is legal for four cards."""

ROUNDS = 2
BAR = 5.0


def measure(batch: int = BATCH, rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """Time greedy replies of an untrained model of the default shape, on one core.

    Args:
        batch: replies side by side.
        rounds: of each way, taking turns; the best counts.

    Returns:
        Rows as `benchmarks.speed.rows.row` makes them; speeds in replies of WORDS words.
    """
    torch.set_num_threads(1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = TinyLM()
    prompts = [model.game.encode(build_prompt((5, 13, 2, 7), template=COMPACT))] * batch
    words, lengths, *_ = model.generate(prompts, max_words=WORDS)
    if not torch.equal(words, write_without_cache(model, prompts)):
        raise AssertionError("With the cache the model writes other words than without.")
    if int(lengths.min()) < WORDS:
        raise AssertionError("The untrained model ended a reply early, so nothing can be compared.")
    runs = {
        "with the cache": lambda: model.generate(prompts, max_words=WORDS),
        "without the cache": lambda: write_without_cache(model, prompts),
    }
    speeds = best_speeds(runs, dict.fromkeys(runs, float(batch)), rounds)
    rows = [row(f"TinyLM sampling, {name}", speed, "replies/s") for name, speed in speeds.items()]
    ratio = speeds["with the cache"] / speeds["without the cache"]
    return [*rows, row(f"TinyLM sampling at batch {batch}, with over without", ratio, "x", BAR)]


@torch.no_grad()
def write_without_cache(model: TinyLM, prompts: list[list[int]]) -> Tensor:
    """Return WORDS greedy words for prompts of equal length, int64 of shape (n, WORDS)."""
    text = torch.tensor(prompts)
    for _ in range(WORDS):
        logits, _ = model(text, text.shape[1] - 1)
        text = torch.cat([text, logits.argmax(dim=-1)], dim=1)
    return text[:, -WORDS:]


if __name__ == "__main__":
    show(with_ratios(measure()))
