"""A short training of each arm, for entries of the leaderboard; the study trains the full ones."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from benchmarks.consoles import say
from benchmarks.study.folder import job_folder
from benchmarks.study.job import Job
from benchmarks.study.presets import Preset, preset_named
from benchmarks.study.worker import run_job
from benchmarks.suites import Suite

BUDGETS = {
    ("gp-l", "mlp"): (2e12, 0.8e12),
    ("gp-l", "lm"): (1e12, 3e11),
    ("virl-l", "mlp"): (2e12, 1.2e12),
    ("virl-l", "lm"): (1e12, 3e11),
    ("gp-vl", "cnn"): (1e12, 3e11),
    ("virl-vl", "cnn"): (5e11, 2e11),
}
"""FLOPs of the init, at most, and of each arm: a part of those of a full study, so they
learn little."""

DEMONSTRATIONS = {"lm": 5_000, "cnn": 2_000}
"""That a policy is trained on, at most: one that is cut short would see no more."""

SEED = 0


def trained_weights(of: Suite, name: str, runs: Path, console: Console) -> Path:
    """Train what is left of a policy's init and arms; return the weights of one arm.

    Args:
        name: of policy and arm, such as "lm-rl".
        runs: folder in which they are kept.

    Raises:
        RunError: the folder holds a training of another kind, or is in use.
    """
    policy, _, arm = name.partition("-")
    folder = job_folder(runs / f"entries-{of.name}", policy, SEED)
    weights = folder / f"{arm}.pt"
    if not (folder / "sft.pt").exists() or not (folder / "rl.pt").exists():
        say(console, f"{of.name}: training {policy}, for some minutes, in {folder}")
        run_job(Job(_short(of.name, policy), of, policy, SEED, folder), _unheard)
    return weights


def _unheard(_: object) -> None:
    """Hear news of a training, and tell nobody."""


def _short(suite: str, policy: str) -> Preset:
    """Return a study of a policy cut short, of which only the last checkpoints are kept."""
    full, (init, arm) = preset_named("full", suite), BUDGETS[suite, policy]
    settings = full.policies[policy]
    less: dict[str, float] = {"init_flops": init, "arm_flops": arm}
    if policy in DEMONSTRATIONS:
        for name in ("init_demonstrations", "sft_demonstrations"):
            less[name] = min(getattr(settings, name), DEMONSTRATIONS[policy])
    return full.model_copy(
        update={
            "name": "entries",
            "points": 1,
            "curve_episodes": 1,
            "final_episodes": 1,
            "severity_episodes": 1,
            "policies": {policy: settings.model_copy(update=less)},
        }
    )
