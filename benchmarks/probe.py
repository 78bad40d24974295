"""What a linear reader can tell from the frozen features of an encoder.

An agent may see and not say: its own reader was taught in imitation alone, and reinforcement moves
what it reads from. So each arm of a study gets a new reader, a logistic regression for each fact,
fitted on pictures of the training split and asked about the columns of the suite. Beside them
stands an encoder that never learned anything: what it allows is in the pixels already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console
from torch.nn import functional

from agents.images import IMAGES
from agents.sb3.eye import Eye
from agents.sb3.model import load_model
from agents.sb3.policy import SightedMLP
from benchmarks.completeness import Missing
from benchmarks.runs import RunError, read_record, write_json
from benchmarks.statistics import Estimate, Observation, conditional, rate
from benchmarks.study.folder import job_folder, suite_of_study
from benchmarks.suites import Suite
from benchmarks.tables import Table, interval, write_tables
from benchmarks.tasks import TASKS
from benchmarks.tasks.task import MAX_ATTEMPTS
from shiftgym.sanitize import for_terminal

UNTRAINED = "untrained"
STAGE_NAMES = {
    UNTRAINED: "untrained encoder",
    "init": "encoder of init",
    "sft": "encoder of SFT",
    "rl": "encoder of RL",
}
STAGES = (UNTRAINED, "init", "sft", "rl")

TRAINING = "in_train"
"""What the episodes are called that the readers are fitted on."""

_PENALTY = 1e-3
"""Of the squares of a reader's weights, beside the mean cross-entropy."""

_STEPS = 100

_AT_ONCE = 100
"""Episodes side by side: their pictures, but not those of all, lie in memory together."""


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


@dataclass(frozen=True)
class Sighted:
    """The same, with what each eye makes of the pictures in place of them.

    Attributes:
        encoded: float of shape (n, 256), by the stage of the eye.
        symbols, episodes, clusters: as in `Seen`.
    """

    encoded: Mapping[str, torch.Tensor]
    symbols: NDArray[np.uint8]
    episodes: NDArray[np.int64]
    clusters: Sequence[str]


def probe(folder: Path, *, episodes: int, training: int, console: Console) -> list[Probed]:
    """Probe every policy of a study that sees; print the table and write probe.md and probe.json.

    A stage is probed where all seeds have its weights.

    Args:
        folder: of a study whose arms have their weights.
        episodes: of each column.
        training: episodes of the training split that readers are fitted on.

    Raises:
        RunError: it is no study's folder, or nobody in it sees.
    """
    record = read_record(folder)
    if record.kind != "study":
        raise RunError(f"{folder} holds a run of kind {record.kind!r}, not a study.")
    of = suite_of_study(folder, record)
    found: dict[tuple[str, str, str], list[Observation]] = {}
    for policy in record.config["policies"]:
        for seed, eyes in _common(folder, policy, record.seeds).items():
            console.print(
                for_terminal(f"{policy} seed {seed}: {', '.join(eyes)}"),
                markup=False,
                highlight=False,
            )
            fitted = sight(of, TRAINING, seed, training, eyes)
            truth = IMAGES[of.task].facts(fitted.symbols)
            readers = {
                stage: fit(fitted.encoded[stage], truth, eye.reads, seed)
                for stage, eye in eyes.items()
            }
            for column in _columns(of):
                asked = fitted
                if column != TRAINING:
                    asked = sight(of, column, seed, episodes, eyes)
                for stage, reader in readers.items():
                    found.setdefault((policy, stage, column), []).extend(
                        Observation(seed, cluster, share)
                        for cluster, share in _read_right(of, reader, asked.encoded[stage], asked)
                    )
    if not found:
        raise RunError(f"No policy in {folder} sees and has weights of its init for every seed.")
    probed = [Probed(*place, rate(observations)) for place, observations in found.items()]
    missing = _missing(probed)
    tables = missing.marked([probe_table(of, probed, episodes=episodes, training=training)])
    for table in tables:
        console.print(table.rich())
    write_tables(folder / "probe.md", tables, missing.headline())
    found_all = {"status": missing.status, "missing": list(missing.parts)}
    write_json(folder / "probe.json", {**found_all, "probed": [asdict(one) for one in probed]})
    return probed


def _missing(probed: Sequence[Probed]) -> Missing:
    """Return the stages of the policies that see of which a seed has no weights yet."""
    known = {(one.policy, one.stage) for one in probed}
    policies = dict.fromkeys(one.policy for one in probed)
    return Missing(
        [
            f"weights of {policy} {stage} for every seed"
            for policy in policies
            for stage in STAGES
            if (policy, stage) not in known
        ]
    )


def sight(of: Suite, column: str, seed: int, count: int, eyes: Mapping[str, Eye]) -> Sighted:
    """Return what eyes make of what experts see in some episodes of a column."""
    stream = "probe" if column == TRAINING else "test"
    seeds = of.episode_seeds(seed, count, stream)
    encoded: dict[str, list[torch.Tensor]] = {stage: [] for stage in eyes}
    symbols, episodes, clusters = [], [], list[str]()
    for start in range(0, count, _AT_ONCE):
        seen = look(of, column, seed, seeds[start : start + _AT_ONCE])
        for stage, eye in eyes.items():
            encoded[stage].append(_encoded(eye, seen.pictures))
        symbols.append(seen.symbols)
        episodes.append(seen.episodes + start)
        clusters += seen.clusters
    together = {stage: torch.cat(parts) for stage, parts in encoded.items()}
    return Sighted(together, np.concatenate(symbols), np.concatenate(episodes), clusters)


def look(of: Suite, column: str, seed: int, episode_seeds: Sequence[int]) -> Seen:
    """Return what experts see in episodes of a column, or of the training split of "in"."""
    count, training = len(episode_seeds), column == TRAINING
    column = "in" if training else column
    keywords = {**of.keywords(column, seed, seen=True), "max_attempts": MAX_ATTEMPTS}
    env: Any = gym.make_vec(
        of.id(column, "-Image"),
        num_envs=count,
        mask=None,
        **{**keywords, **({"split": "train"} if training else {})},
    ).unwrapped
    observation, _ = env.reset(options={"episode_seed": np.array(episode_seeds, dtype=np.int64)})
    dealt = [TASKS[of.task].dealt(env, copy) for copy in range(count)]
    running = np.ones(count, dtype=bool)
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
    """Linear readers of standardised features, one for each fact, side by side in one matrix."""

    mean: torch.Tensor
    scale: torch.Tensor
    weights: torch.Tensor
    reads: Sequence[int]

    def __call__(self, encoded: torch.Tensor) -> list[torch.Tensor]:
        """Return logits of shape (n, values) for each fact."""
        rows = (encoded - self.mean) / self.scale
        rows = torch.cat([rows, torch.ones_like(rows[:, :1])], dim=1)
        return list((rows @ self.weights).split(list(self.reads), dim=1))


def fit(encoded: torch.Tensor, facts: NDArray[np.uint8], reads: Sequence[int], seed: int) -> Reader:
    """Return the readers that tell most of what pictures show.

    Args:
        encoded: float of shape (n, 256).
        facts: uint8 of shape (n, facts), what there is to read.
        reads: how many values each fact has.
        seed: of the weights that are begun with.
    """
    truth = torch.from_numpy(facts.astype(np.int64))
    generator = torch.Generator().manual_seed(seed)
    shape = (encoded.shape[1] + 1, sum(reads))
    weights = (0.01 * torch.randn(shape, generator=generator)).requires_grad_()
    reader = Reader(encoded.mean(dim=0), encoded.std(dim=0) + 1e-6, weights, reads)
    optimizer = torch.optim.LBFGS([weights], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        losses = [
            functional.cross_entropy(logits, truth[:, fact])
            for fact, logits in enumerate(reader(encoded))
        ]
        loss = torch.stack(losses).mean() + _PENALTY * weights[:-1].square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return Reader(reader.mean, reader.scale, weights.detach(), reads)


def probe_table(of: Suite, probed: Sequence[Probed], *, episodes: int, training: int) -> Table:
    """Return a line for each policy and column."""
    by_place = {(one.policy, one.stage, one.column): one.estimate for one in probed}
    stages = [stage for stage in STAGES if any(one.stage == stage for one in probed)]
    rows = []
    for policy in dict.fromkeys(one.policy for one in probed):
        for column in _columns(of):
            cells = (by_place.get((policy, stage, column)) for stage in stages)
            shown = (cell and interval(cell.value, cell.low, cell.high) for cell in cells)
            rows.append([policy, column, *(cell or "" for cell in shown)])
    task, seeds = TASKS[of.task], min(one.estimate.seeds for one in probed)
    note = (
        f"{task.recognition} Readers are fitted on what experts see in {training} episodes of the "
        f"training split ({TRAINING}), for each seed and eye anew, and asked about {episodes} "
        f"episodes of each other column. 95 % intervals over {task.noun} and {seeds} "
        f"seeds."
    )
    return Table(
        "Read right by a new linear reader of frozen encoded features, percent",
        ["policy", "column", *(STAGE_NAMES[stage] for stage in stages)],
        rows,
        numbers_from=2,
        note=" ".join(filter(None, [note, conditional(seeds)])),
    )


def _columns(of: Suite) -> list[str]:
    """Return the columns that are asked: the shifts, and each axis of the look at its farthest."""
    farthest = [severities[max(severities)] for severities in of.axes.values()]
    return [TRAINING, *of.columns_for(seen=False), *farthest]


def _common(folder: Path, policy: str, seeds: Sequence[int]) -> dict[int, dict[str, Eye]]:
    """Return for each seed the eyes of the stages that all seeds have; none for who does not see.

    So a study that is under way compares stages on the same seeds.
    """
    eyes = {seed: _eyes(job_folder(folder, policy, seed)) for seed in seeds}
    shared = [stage for stage in STAGES[1:] if all(stage in of_seed for of_seed in eyes.values())]
    return {
        seed: {
            UNTRAINED: _untrained(of_seed[shared[0]], seed),
            **{stage: of_seed[stage] for stage in shared},
        }
        for seed, of_seed in eyes.items()
        if shared
    }


def _eyes(job: Path) -> dict[str, Eye]:
    """Return the encoder of each stage of a job; none where its policy does not see."""
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
    return eyes


def _untrained(like: Eye, seed: int) -> Eye:
    """Return an encoder of the same kind that never learned anything."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Eye(like.shape, like.views, like.reads)


def _encoded(eye: Eye, pictures: NDArray[np.uint8]) -> torch.Tensor:
    with torch.no_grad():
        return torch.cat([eye(part) for part in torch.from_numpy(pictures).split(256)])


def _read_right(
    of: Suite, reader: Reader, encoded: torch.Tensor, seen: Sighted
) -> list[tuple[str, float]]:
    """Return the cluster of each episode that shows anything, and the share that is read right."""
    read = torch.stack([logits.argmax(dim=1) for logits in reader(encoded)], dim=1).numpy()
    right, shown = TASKS[of.task].recognised(seen.symbols, read)
    totals = np.zeros((2, len(seen.clusters)), dtype=np.int64)
    np.add.at(totals[0], seen.episodes, right)
    np.add.at(totals[1], seen.episodes, shown)
    return [
        (cluster, ours / all_of_it)
        for cluster, ours, all_of_it in zip(seen.clusters, *totals.tolist())
        if all_of_it
    ]
