"""What can still be told from what an eye makes of pictures: a linear reader on frozen sights.

An agent may see and not say: its own reader was taught in imitation alone, and reinforcement moves
what it reads from. So each arm of a study gets a new reader, a logistic regression for each fact,
fitted on pictures of the training split and asked about the columns of the suite. Beside them
stands an eye that never learned anything: what it allows is in the pixels already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console
from torch.nn import functional

from agents.sb3.eye import Eye
from agents.sb3.model import load_model
from agents.sb3.policy import SightedMLP
from agents.sights import SIGHTS
from benchmarks.runs import RunError, read_record, write_json
from benchmarks.statistics import Estimate, Observation, rate
from benchmarks.study.jobs import ARMS
from benchmarks.study.results import job_folder
from benchmarks.suites import Suite, suite
from benchmarks.tables import Table, interval
from benchmarks.tasks import TASKS
from benchmarks.tasks.task import MAX_ATTEMPTS

UNTRAINED = "untrained"
STAGE_NAMES = {UNTRAINED: "nobody", "sft": "SFT", "rl": "RL"}
STAGES = (UNTRAINED, "init", *ARMS)

TRAINING = "in_train"
"""What the episodes are called that the readers are fitted on."""

_PENALTY = 1e-3
"""Of the squares of a reader's weights, beside the mean cross-entropy."""

_STEPS = 100


@dataclass(frozen=True)
class Probed:
    """How well a new linear reader does.

    Attributes:
        stage: whose eye it is, one of `STAGES`.
        column: of the suite.
        estimate: of the share that is read right, as `Task.recognised` counts it.
    """

    policy: str
    stage: str
    column: str
    estimate: Estimate


@dataclass(frozen=True)
class Seen:
    """Pictures on the way of experts, with what they show.

    Attributes:
        pictures: uint8 of shape (n, height, width, channels).
        symbols: uint8 of shape (n, size), what the symbolic id shows there.
        episodes: int64 of shape (n,), which episode each is of.
        clusters: of each episode.
    """

    pictures: NDArray[np.uint8]
    symbols: NDArray[np.uint8]
    episodes: NDArray[np.int64]
    clusters: Sequence[str]


def probe(folder: Path, *, episodes: int, console: Console) -> list[Probed]:
    """Probe every policy of a study that sees; print the table and write probe.md and probe.json.

    Args:
        folder: of a study whose arms have their weights.
        episodes: of each column, and of the training split.

    Raises:
        RunError: it is no study's folder, or nobody in it sees.
    """
    record = read_record(folder)
    if record.kind != "study":
        raise RunError(f"{folder} holds a run of kind {record.kind!r}, not a study.")
    of = suite(next(iter(record.suites)))
    found: dict[tuple[str, str, str], list[Observation]] = {}
    for policy in record.config["policies"]:
        for seed in record.seeds:
            eyes = _eyes(job_folder(folder, policy, seed))
            if not eyes:
                continue
            columns = {column: look(of, column, seed, episodes) for column in _columns(of)}
            for stage, eye in eyes.items():
                console.print(f"{policy} seed {seed}: {stage}", highlight=False)
                reader = fit(eye, columns[TRAINING], SIGHTS[of.task].facts, seed)
                for column, seen in columns.items():
                    shares = _read_right(of, reader, eye, seen)
                    found.setdefault((policy, stage, column), []).extend(
                        Observation(seed, cluster, share) for cluster, share in shares
                    )
    if not found:
        raise RunError(f"No policy in {folder} sees and has weights of its init.")
    probed = [Probed(*place, rate(observations)) for place, observations in found.items()]
    table = probe_table(of, probed, episodes)
    console.print(table.rich())
    (folder / "probe.md").write_text(table.markdown(), encoding="utf-8")
    write_json(folder / "probe.json", {"probed": [asdict(one) for one in probed]})
    return probed


def look(of: Suite, column: str, seed: int, episodes: int) -> Seen:
    """Return what experts see in the episodes of a column, or of the training split of "in"."""
    training = column == TRAINING
    column = "in" if training else column
    keywords = {**of.keywords(column, seed, seen=True), "max_attempts": MAX_ATTEMPTS}
    env: Any = gym.make_vec(
        of.id(column, "-Image"),
        num_envs=episodes,
        mask=None,
        **{**keywords, **({"split": "train"} if training else {})},
    ).unwrapped
    stream = "probe" if training else "test"
    seeds = np.array(of.episode_seeds(seed, episodes, stream), dtype=np.int64)
    observation, _ = env.reset(options={"episode_seed": seeds})
    dealt = [TASKS[of.task].dealt(env, copy) for copy in range(episodes)]
    running = np.ones(episodes, dtype=bool)
    parts: list[tuple[NDArray[Any], ...]] = []
    last = np.zeros_like(observation["image"])
    while running.any():
        # A table is seen once and not at every token.
        new = running & (observation["image"] != last).any(axis=(1, 2, 3))
        parts.append((observation["image"][new], env.symbols[new], np.flatnonzero(new)))
        last = observation["image"]
        observation, _, terminated, truncated, _ = env.step(env.expert_action())
        running &= ~(terminated | truncated)
    pictures, symbols, which = (np.concatenate(part) for part in zip(*parts))
    return Seen(pictures, symbols, which, [one.cluster for one in dealt])


@dataclass(frozen=True)
class Reader:
    """Linear readers of standardised sights, one for each fact, side by side in one matrix."""

    mean: torch.Tensor
    scale: torch.Tensor
    weights: torch.Tensor
    reads: Sequence[int]

    def __call__(self, sights: torch.Tensor) -> list[torch.Tensor]:
        """Return logits of shape (n, values) for each fact."""
        rows = (sights - self.mean) / self.scale
        rows = torch.cat([rows, torch.ones_like(rows[:, :1])], dim=1)
        return list((rows @ self.weights).split(list(self.reads), dim=1))


def fit(eye: Eye, seen: Seen, facts: Any, seed: int) -> Reader:
    """Return the readers that tell most of what the pictures show."""
    sights = _sights(eye, seen.pictures)
    truth = torch.from_numpy(facts(seen.symbols).astype(np.int64))
    generator = torch.Generator().manual_seed(seed)
    shape = (sights.shape[1] + 1, sum(eye.reads))
    weights = (0.01 * torch.randn(shape, generator=generator)).requires_grad_()
    reader = Reader(sights.mean(dim=0), sights.std(dim=0) + 1e-6, weights, eye.reads)
    optimizer = torch.optim.LBFGS([weights], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        losses = [
            functional.cross_entropy(logits, truth[:, fact])
            for fact, logits in enumerate(reader(sights))
        ]
        loss = torch.stack(losses).mean() + _PENALTY * weights[:-1].square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return Reader(reader.mean, reader.scale, weights.detach(), eye.reads)


def probe_table(of: Suite, probed: Sequence[Probed], episodes: int) -> Table:
    """Return a line for each policy and column."""
    by_place = {(one.policy, one.stage, one.column): one.estimate for one in probed}
    stages = [stage for stage in STAGES if any(one.stage == stage for one in probed)]
    rows = []
    for policy in dict.fromkeys(one.policy for one in probed):
        for column in _columns(of):
            cells = (by_place.get((policy, stage, column)) for stage in stages)
            shown = (cell and interval(cell.value, cell.low, cell.high) for cell in cells)
            rows.append([policy, column, *(cell or "" for cell in shown)])
    task = TASKS[of.task]
    return Table(
        "Read right by a new linear reader of frozen sights, percent",
        ["policy", "column", *(f"eye of {STAGE_NAMES.get(stage, stage)}" for stage in stages)],
        rows,
        numbers_from=2,
        note=(
            f"{task.recognition} Readers are fitted on what experts see in {episodes} episodes of "
            f"the training split ({TRAINING}), for each seed and eye anew; as many are asked of "
            f"each column. 95 % bootstrap intervals over seeds and {task.noun}."
        ),
    )


def _columns(of: Suite) -> list[str]:
    """Return the columns that are asked: the shifts, and each axis of the look at its farthest."""
    farthest = [severities[max(severities)] for severities in of.axes.values()]
    return [TRAINING, *of.columns_for(seen=False), *farthest]


def _eyes(job: Path) -> dict[str, Eye]:
    """Return the eye of each stage of a job; none where its policy does not see."""
    eyes: dict[str, Eye] = {}
    for stage in STAGES[1:]:
        path = job / f"{stage}.pt"
        if not path.exists():
            continue
        try:
            extractor = load_model(path).features_extractor
        except (KeyError, ValueError):
            return {}  # another kind of weights
        if not isinstance(extractor, SightedMLP):
            return {}
        eyes[stage] = extractor.eye
    if not eyes:
        return {}
    one = next(iter(eyes.values()))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        untrained = Eye(one.shape, one.views, one.reads)
    return {UNTRAINED: untrained, **eyes}


def _sights(eye: Eye, pictures: NDArray[np.uint8]) -> torch.Tensor:
    with torch.no_grad():
        return torch.cat([eye(part) for part in torch.from_numpy(pictures).split(256)])


def _read_right(of: Suite, reader: Reader, eye: Eye, seen: Seen) -> list[tuple[str, float]]:
    """Return the cluster of each episode that shows anything, and the share that is read right."""
    answers = [logits.argmax(dim=1) for logits in reader(_sights(eye, seen.pictures))]
    read = torch.stack(answers, dim=1).numpy()
    right, shown = TASKS[of.task].recognised(seen.symbols, read)
    totals = np.zeros((2, len(seen.clusters)), dtype=np.int64)
    np.add.at(totals[0], seen.episodes, right)
    np.add.at(totals[1], seen.episodes, shown)
    return [
        (cluster, ours / all_of_it)
        for cluster, ours, all_of_it in zip(seen.clusters, *totals.tolist())
        if all_of_it
    ]
