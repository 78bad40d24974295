"""Several models trained at once take the steps that each takes alone."""

from __future__ import annotations

import pytest
import torch

from agents.tinylm import SFT, SFTConfig, TinyLM, TinyLMConfig
from agents.tinylm.learn import write_out
from benchmarks.study import gpu
from benchmarks.study.stacked import StackedSFT
from benchmarks.tasks import TASKS


def test_stacked_models_learn_as_each_does_alone() -> None:
    shown = TASKS["GeneralPoints"].demonstrate(12, seed=1, rules=("ten",), fold=(0, 7, 6))
    models = []
    for seed in range(2):
        torch.manual_seed(seed)
        models.append(TinyLM(TinyLMConfig(width=16, layers=1)))
    rates = [0.1, 0.02]
    together = StackedSFT(models, rates)
    words, starts, ends, _ = write_out(models[0].game, shown)
    places = torch.arange(words.shape[1])
    taught = (places >= starts[:, None]) & (places < ends[:, None])
    losses = torch.stack(
        [
            together.step(words[rows].long().expand(2, -1, -1), taught[rows].expand(2, -1, -1))
            for rows in torch.arange(12).split(4) * 2
        ]
    )
    for index, (model, rate) in enumerate(zip(models, rates)):
        alone = SFT(model, shown, SFTConfig(batch=4, learning_rate=rate))
        # Weights whose gradient is rounding alone go where Adam takes that; losses are the same.
        for loss in losses[:, index].tolist():
            assert alone.step()["loss"] == pytest.approx(loss, rel=1e-3)
        assert losses[-1, index] < losses[2, index] - 0.01


@pytest.mark.slow
def test_the_script_for_a_gpu_runs_on_a_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "STACKS", (2,))
    monkeypatch.setattr(gpu, "PROCESSES", (2,))
    lines = list(gpu.measured("cpu", 0.1, 0.1))
    assert len(lines) == 7
    assert all("replies a second" in line for line in lines)
