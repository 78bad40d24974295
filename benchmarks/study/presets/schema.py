"""What a preset of the study says: plain data, declared before anything runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from benchmarks.suites import Column, Suite
from benchmarks.tasks import TASKS
from benchmarks.tasks.task import Task, measured_by


class Plain(BaseModel):
    """Data that stays as it was declared."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0.0)]
PolicyName = Annotated[str, Field(pattern=r"^[\w.-]+$")]
"""Names of policies are parts of folders' names."""
ArmName = Annotated[str, Field(pattern=r"^[\w.-]+$")]
"""Names of arms are names of files."""


MOST_POINTS = 1_000
"""Of an arm; more come from a damaged file."""

GRID = "grid"
"""How the names of presets begin whose endpoints docs/protocol.md declares."""

CONTROLS = "controls"
"""How the names of presets of controls begin."""

CV = "-cv"
"""How the names of presets end of which each seed leaves out a city."""

CHOSEN = "-chosen"
"""How the names of presets end that run some arms of a grid on more seeds."""

HALF_ONLY = "-half"
"""How the names of presets end that train the other arms of a grid to half of its compute, on the
seeds that only the chosen ones have."""

UNTRAINED = "untrained"
"""As an arm's start: the weights that the init starts from."""

Method = Literal["sft", "rl", "grpo", "rejection"]

_OF_LANGUAGE_MODELS = ("grpo", "rejection")
"""Methods of the language model alone."""


class Arm(Plain):
    """A way to train on from the init.

    Attributes:
        method: "sft" on demonstrations; on own play "rl", which is PPO, "grpo", or "rejection",
            which imitates what the arm's start played right.
        settings: of the training.
        answer_only: whether demonstrations leave out the working that those of the init show.
        init_rules: whether demonstrations are of the init's rules and hands, and not of the one
            rule that arms train on.
        mixed_rules: True where half of them are of the one, half of the other. None for no, as in
            runs of before there was a choice.
        start: the arm whose weights it starts from, or "untrained"; None for the init.
    """

    method: Method
    settings: dict[str, Any] = Field(default_factory=dict)
    answer_only: bool = False
    init_rules: bool = False
    mixed_rules: Literal[True] | None = None
    start: str | None = None

    @property
    def imitates(self) -> bool:
        """Whether it learns to give replies that are shown to it, be they an arm's own."""
        return self.method in ("sft", "rejection")

    @field_validator("settings")
    @classmethod
    def _a_rate_is_a_number(cls, settings: dict[str, Any]) -> dict[str, Any]:
        rate = settings.get("learning_rate", 0.0)
        if isinstance(rate, bool) or not isinstance(rate, int | float):
            raise ValueError(f"learning_rate: expected a number; got {rate!r}")
        return settings


class PolicyPreset(Plain):
    """One policy: its size, its training, its budgets.

    Attributes:
        learner: which of `learners.registry.LEARNERS` trains it.
        model: settings of the network.
        device: where a language model computes, as torch names it; None for the CPU, where all
            others compute.
        init, sft, rl: settings of the training of each stage.
        init_rules: rules that the init's demonstrations show in equal parts, None for random ones
            alone. Where the rules that are compared are among them, what the arms keep of the
            shifted one is retention, and no generalisation.
        init_keywords: keywords of the task that the init's demonstrations and its validation have
            beside those of every stage.
        working: how demonstrations show their working, see `agents.gp.demonstrations.demonstrate`.
        solutions, competence: in place of the preset's.
        arms: what goes on from the init; None for SFT and RL with the settings above.
        init_demonstrations, sft_demonstrations: how many are made; past their number they repeat.
        init_flops: the init stops here at the latest.
        check_flops: compute of the init between two looks at its competence.
        arm_flops: compute of each arm, beyond the init.
        minutes: expected minutes of the init, of an arm of SFT and of one that plays, for one seed
            on one core, for the time left.
    """

    learner: str
    model: dict[str, Any] = Field(default_factory=dict)
    device: str | None = None
    init: dict[str, Any] = Field(default_factory=dict)
    sft: dict[str, Any] = Field(default_factory=dict)
    rl: dict[str, Any] = Field(default_factory=dict)
    init_rules: tuple[str, ...] | None = None
    init_keywords: dict[str, Any] | None = None
    working: str | None = None
    solutions: str | None = None
    competence: float | None = Field(default=None, ge=0.0)
    arms: Mapping[ArmName, Arm] | None = None
    init_demonstrations: Count
    sft_demonstrations: Count
    init_flops: Positive
    check_flops: Positive
    arm_flops: Positive
    minutes: tuple[Positive, Positive, Positive]

    @model_validator(mode="after")
    def _starts_are_earlier_arms(self) -> PolicyPreset:
        if taken := {"init", UNTRAINED} & self.all_arms.keys():
            raise ValueError(f"arms: {min(taken)!r} is before them; give the arm another name")
        known: list[str | None] = [None, UNTRAINED]
        for name, arm in self.all_arms.items():
            in_words = arm.mixed_rules or arm.method in _OF_LANGUAGE_MODELS
            if in_words and not self.learner.startswith("tinylm"):
                raise ValueError(
                    f"arms.{name}: the methods {', '.join(_OF_LANGUAGE_MODELS)} and mixed_rules "
                    f"are of language models, and the learner is {self.learner!r}; expected the "
                    f"method sft or rl, and no mixed_rules"
                )
            if arm.start not in known:
                raise ValueError(
                    f"arms.{name}.start: {arm.start!r} is no arm before it: expected one of "
                    f"{', '.join(map(str, known[1:]))}"
                )
            known.append(name)
        return self

    @property
    def sees(self) -> bool:
        """Whether it is trained on pictures."""
        return self.learner.endswith("-images")

    @property
    def all_arms(self) -> Mapping[str, Arm]:
        """What goes on from the init, by name and in order."""
        if self.arms is not None:
            return self.arms
        return {
            "sft": Arm(method="sft", settings=self.sft),
            "rl": Arm(method="rl", settings=self.rl),
        }

    def ends(self, points: int) -> Mapping[str, int]:
        """Return the last point of the init and of each arm, which has so many."""
        return {"init": 0, **dict.fromkeys(self.all_arms, points)}

    @property
    def stages(self) -> Mapping[str, float]:
        """The expected minutes of each stage of a seed on one core, in order."""
        init, sft, rl = self.minutes
        of_arms = {name: sft if arm.method == "sft" else rl for name, arm in self.all_arms.items()}
        return {"init": init, **of_arms}


class Preset(Plain):
    """A whole study.

    Attributes:
        seeds: how many; seed i is tested on the hands or routes of fold i.
        first_seed: the first of them, None for 0.
        solutions: which formulas demonstrations of the card game show, see
            `agents.gp.demonstrations.demonstrate`; None for other tasks.
        competence: the init stops where the task's metric of competence reaches this on validation
            episodes under random stated rules; at its first look for 0, never for more than 1.
        validation_episodes: of each such look.
        points: checkpoints of an arm after the init.
        shares: of an arm's compute at which they are, ascending to 1; None for equal steps.
        metric: that is compared, in place of the task's.
        game: keywords of every stage and column, beside the suite's.
        columns: that are measured, in place of the suite's own.
        folds: into how many parts hands or routes are split, in place of the suite's number.
        curve_columns, curve_episodes: what is measured at every checkpoint.
        final_episodes: episodes of every column at the init and at each arm's last checkpoint.
        severity_episodes: the same of columns that are points of curves over severities.
    """

    name: str
    seeds: Count
    first_seed: Annotated[int, Field(ge=1)] | None = None
    solutions: str | None = None
    competence: float = Field(ge=0.0)
    validation_episodes: Count
    points: Annotated[Count, Field(le=MOST_POINTS)]
    shares: tuple[Annotated[float, Field(gt=0.0, le=1.0)], ...] | None = None
    metric: str | None = None
    game: dict[str, Any] | None = None
    columns: Mapping[str, Column] | None = None
    folds: Annotated[int, Field(ge=3)] | None = None
    curve_columns: tuple[str, ...] = ("in", "rule_ood")
    curve_episodes: Count
    final_episodes: Count
    severity_episodes: Count | None = None
    policies: Mapping[PolicyName, PolicyPreset] = Field(min_length=1)

    @model_validator(mode="after")
    def _a_share_for_each_point(self) -> Preset:
        shares = self.shares
        if shares is None:
            return self
        if len(shares) != self.points or list(shares) != sorted(set(shares)) or shares[-1] != 1.0:
            raise ValueError(
                f"shares: expected as many as there are points ({self.points}), ascending, the "
                f"last of them 1; got {list(shares)}"
            )
        return self

    def all_seeds(self, count: int | None = None) -> range:
        """Return its seeds, or so many from its first one on."""
        first = self.first_seed or 0
        return range(first, first + (count or self.seeds))

    @property
    def stages(self) -> Mapping[PolicyName, tuple[str, ...]]:
        """Of each policy the init and its arms, in order."""
        return {name: tuple(policy.stages) for name, policy in self.policies.items()}

    @property
    def is_grid(self) -> bool:
        """Whether it has arms of a grid; with a city left out nothing is declared of them."""
        return self.name.startswith(GRID)

    @property
    def is_controls(self) -> bool:
        """Whether its arms are controls of a grid's."""
        return self.name.startswith(CONTROLS)

    @property
    def is_chosen(self) -> bool:
        """Whether its arms are those that validation chose from a grid."""
        return self.name.endswith(CHOSEN)

    @property
    def is_half(self) -> bool:
        """Whether it has more seeds of a grid's point after half of its compute, and no more."""
        return self.name.endswith(HALF_ONLY)

    @property
    def is_cv(self) -> bool:
        """Whether each of its seeds leaves out a city."""
        return self.name.endswith(CV)

    def share(self, point: int) -> float:
        """Return the share of an arm's compute at a point, from 1 on."""
        return point / self.points if self.shares is None else self.shares[point - 1]

    def point_at(self, share: float) -> int:
        """Return the first point at which an arm has a share of its compute, up to 1."""
        return next(p for p in range(1, self.points + 1) if self.share(p) >= share)

    def applied(self, suite: Suite) -> Suite:
        """Return the suite with the columns, keywords and folds of this preset."""
        columns = suite.columns if self.columns is None else dict(self.columns)
        game = {**suite.game, **(self.game or {})}
        folds = self.folds or suite.folds
        return suite.model_copy(update={"columns": columns, "game": game, "folds": folds})

    def task(self, suite: Suite) -> Task:
        """Return a suite's task, whose primary metric is the one that this preset compares."""
        return measured_by(TASKS[suite.task], self.metric)

    def episodes(self, column: Column, *, final: bool) -> int:
        """Return how many episodes of a column are played at a checkpoint."""
        if not final:
            return self.curve_episodes
        if column.severity is not None and self.severity_episodes is not None:
            return self.severity_episodes
        return self.final_episodes

    def with_policies(self, policies: Sequence[str]) -> Preset:
        """Return the preset with some of its policies, in its own order.

        Raises:
            ValueError: it lacks one of them, or none is named.
        """
        if not policies or set(policies) - set(self.policies):
            raise ValueError(
                f"policies: the preset {self.name} has {', '.join(self.policies)}; got "
                f"{', '.join(policies) or 'none'}."
            )
        kept = {name: self.policies[name] for name in self.policies if name in policies}
        return self.model_copy(update={"policies": kept})

    def on(self, device: str) -> Preset:
        """Return the preset with its language models on another device."""
        chosen = None if device == "cpu" else device
        moved = {
            name: policy.model_copy(update={"device": chosen})
            for name, policy in self.policies.items()
            if not policy.learner.startswith("sb3")
        }
        return self.model_copy(update={"policies": {**self.policies, **moved}})

    def plain(self, exclude: set[str]) -> dict[str, Any]:
        """Return it as plain data for run.json, without some fields and what is not set."""
        return self.model_dump(mode="json", exclude=exclude, exclude_none=True)
