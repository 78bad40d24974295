"""What a run writes down: run.json (what was asked, with what) and one Episode a line.

A number in a table is only worth as much as the way back to the episodes behind it, so a row holds
all that replays it, and run.json all that tells one run from another.
"""

from __future__ import annotations

import os
import platform
import sys
from importlib import metadata
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
    field_validator,
    model_validator,
)

from benchmarks.tasks.task import SUCCESS

SCHEMA = 1
"""Raised when a field of run.json or of a row changes its meaning."""

PACKAGES = (
    "shiftgym",
    "gymnasium",
    "numpy",
    "torch",
    "stable-baselines3",
    "aiohttp",
    "transformers",
)


EXPECTED_MINUTES = "minutes"
"""The setting of a policy of a study that decides no row: how long its stages may take."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


Share = Annotated[float, Field(ge=0.0, le=1.0 + 1e-9)]
"""A share; a mean of many may end a rounding error above 1."""


class Session(_Record):
    """One session of a run: a resumed run has several, perhaps on several machines."""

    started: str = Field(description="UTC, ISO 8601")
    python: str
    versions: dict[str, str]
    system: str
    processor: str
    cores: int

    @classmethod
    def now(cls, started: str) -> Session:
        """Describe this process's machine and packages."""
        return cls(
            started=started,
            python=platform.python_version(),
            versions={name: version for name in PACKAGES if (version := _version(name))},
            system=f"{platform.system()} {platform.machine()}",
            processor=_processor(),
            cores=os.cpu_count() or 1,
        )

    def same_setup(self, other: Session) -> bool:
        """Whether only the time differs."""
        return self.model_copy(update={"started": other.started}) == other


class RunRecord(_Record):
    """run.json.

    `kind`, `config`, `seeds` and `suites` say what was asked: a folder whose run.json differs in
    one of them, but for how long it was expected to take, belongs to another run.
    """

    schema_version: Literal[1] = SCHEMA
    kind: Literal["evaluate", "study", "job"]
    config: dict[str, Any] = Field(description="plain data: whatever decides the rows")
    seeds: list[int]
    suites: dict[str, str] = Field(description="name -> digest of every suite used")
    sessions: list[Session] = Field(default_factory=list)

    @field_validator("seeds")
    @classmethod
    def _each_seed_once(cls, seeds: list[int]) -> list[int]:
        if len(set(seeds)) < len(seeds):
            raise ValueError(f"expected each seed once; got {seeds}")
        return seeds

    def asked(self) -> dict[str, Any]:
        """Return the part that must not change when a run is resumed."""
        told = self.model_dump(mode="json", exclude={"sessions"})
        if self.kind == "evaluate":
            return told
        config = told["config"]
        policies = {"": config.get("settings")} if self.kind == "job" else config.get("policies")
        for settings in policies.values() if isinstance(policies, dict) else ():
            if isinstance(settings, dict):
                settings.pop(EXPECTED_MINUTES, None)
        return told


class Episode(_Record):
    """One row of episodes.jsonl: replayable from `id`, `keywords`, `episode_seed`, `actions`.

    `rewards` and `outcomes` have one entry an attempt, none in rows published without. `cell` and
    `index` name the row within its run. `tokens` counts what the agent produced. `hand` stands in
    rows of the card game only, `metrics` in those of tasks that measure more than success.
    """

    cell: str = Field(description='who played what, such as "lm/0/sft/3/rule_ood"')
    index: int = Field(ge=0, description="number of the episode within its cell")
    id: str
    keywords: dict[str, Any]
    episode_seed: int = Field(ge=0, lt=2**62)
    hand: list[int] | None = Field(default=None, description="ranks as dealt")
    digest: str = Field(
        description='of the hand or route, to check a replay; "" in rows published without one'
    )
    cluster: str = Field(description="what splits keep together and intervals redraw")
    seen: bool | None = Field(
        default=None,
        description="whether the init's pool of demonstrations shows the like; None: unknown",
    )
    actions: list[int] | None = Field(default=None, description="indices, on symbolic ids")
    replies: list[str] | None = Field(default=None, description="on Text ids")
    rewards: list[float]
    outcomes: list[str]
    success: StrictBool
    tokens: int = Field(ge=0)

    in_format: Share | None = Field(
        default=None, description="of the replies, on Text ids; None in rows of earlier versions"
    )
    metrics: dict[str, Share] | None = Field(default=None, description="in [0, 1], at the end")

    @model_validator(mode="before")
    @classmethod
    def _of_cards_alone(cls, row: Any) -> Any:
        """Read packed rows, whose clusters follow from their hands, and those of the first task."""
        if not isinstance(row, dict) or row.get("cluster") is not None:
            return row
        hand = row.get("hand")
        if isinstance(hand, list) and hand and all(isinstance(rank, int) for rank in hand):
            from benchmarks.tasks.cards import hand_cluster

            row = {**row, "cluster": hand_cluster(hand)}
            if "values_seen" in row:
                row["seen"] = row.pop("values_seen")
        return row

    def value(self, metric: str) -> float:
        """Return one of the episode's metrics, "success" among them.

        Raises:
            ValueError: the row has no such metric.
        """
        if metric == SUCCESS:
            return float(self.success)
        if metric not in (self.metrics or {}):
            raise ValueError(
                f"Episode {self.index} of {self.cell} has no metric {metric!r}, only "
                f"{', '.join(self.metrics or ()) or 'none'}. The row was edited or made by another "
                f"version; restore it, or play the episode again."
            )
        return (self.metrics or {})[metric]


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    """Return the processor's name; `platform.processor()` says nothing useful on Linux."""
    if sys.platform.startswith("linux"):
        try:
            with open("/proc/cpuinfo", encoding="utf-8") as lines:
                for line in lines:
                    if line.startswith("model name"):
                        return line.partition(":")[2].strip()
        except OSError:
            pass
    return platform.processor() or platform.machine()


def first_of(error: ValidationError) -> str:
    """Return the first thing that is wrong, and where."""
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(map(str, first["loc"]))
    told = str(first["msg"]).removeprefix("Value error, ")
    return f"{place}: {told}" if place else told
