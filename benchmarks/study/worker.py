"""One policy, one seed: init, then the arms that part from it, each measured on the way.

Everything a job knows lies in its folder, written whole or not at all: rows in episodes.jsonl,
finished points in points.json, weights beside them. A job that was killed goes on from there; what
was measured is not measured again, and a finished stage is not trained again.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from agents.demonstrations import Demonstrated, Mixture
from benchmarks.records import Episode
from benchmarks.rollouts import Cell, evaluate, play
from benchmarks.runs import Run, RunError, write_json
from benchmarks.statistics import Observation
from benchmarks.study.job import Emit, Event, Interval, Job, live
from benchmarks.study.learners.learner import Learner, Stage, Usage
from benchmarks.study.learners.registry import LEARNERS
from benchmarks.study.memory import give_back_memory
from benchmarks.study.points import POINTS_FILE, WEIGHTS, check_told, read_book, read_looks
from benchmarks.study.presets import UNTRAINED, Arm
from benchmarks.study.timing import Clock
from benchmarks.suites import sees_pictures
from virl_env.views.renderer import ALBUM

_ALBUM_ROOM = 768 * 2**20
"""Bytes of pictures of streets that a job keeps, some 16,000: those of all columns, and more."""

_STAGE_SEEDS = {"init": 1, "sft": 2, "rl": 3, "grpo": 3, "rejection": 3}
"""Arms that imitate share a seed, and so do those that play: they see the same demonstrations, or
the same deals."""


def run_job(job: Job, emit: Emit) -> None:
    """Do what is left of a job.

    Raises:
        RunError: the folder holds a job of another configuration, or is in use.
    """
    # Every checkpoint sees the same streets again.
    ALBUM.room = max(ALBUM.room, _ALBUM_ROOM)
    with Run(job.folder, job.record()) as run:
        _Worker(job, run, emit).work()


class _Worker:
    def __init__(self, job: Job, run: Run, emit: Emit) -> None:
        self.job, self.run, self._emit, self.task = job, run, emit, job.task
        (job.folder / WEIGHTS).mkdir(exist_ok=True)
        self.learner: Learner = self.untrained()
        self.book: dict[str, Any] = {
            "weights": self.learner.weights,
            "validation": {},
            "points": {},
            **(read_book(job.folder) or {}),
        }
        self.points: dict[str, dict[str, Any]] = self.book["points"]
        read_looks(job.folder, self.task.competence)  # for its errors
        check_told(job.folder, self.book, job.settings.ends(job.preset.points))
        self.save_book()
        self.clock = Clock(job.folder)
        self.suite = job.played
        self.fold = self.suite.fold(job.seed)
        self._seen: Collection[Hashable] | None = None

    def work(self) -> None:
        stages = [*self.job.settings.stages]
        left = [stage for stage in stages if not (self.job.folder / f"{stage}.pt").exists()]
        self.tell(*((left[0], 0.0) if left else (stages[-1], 1.0)))
        self.init(self.job.folder / "init.pt")
        for name, arm in self.job.settings.all_arms.items():
            last = self.job.folder / f"{name}.pt"
            if not last.exists():
                self.arm(name, arm, last)
        self.rows_left()
        self.tell("done", 1.0)

    def untrained(self) -> Learner:
        """Return the learner with its first weights."""
        return LEARNERS[self.job.settings.learner](self.task, self.job.settings, self.job.seed)

    def begin(self, arm: Arm) -> float:
        """Put the learner where an arm starts; return the compute that was spent until there."""
        if arm.start == UNTRAINED:
            self.learner = self.untrained()
            return 0.0
        start, point = ("init", 0) if arm.start is None else (arm.start, self.job.preset.points)
        self.learner.load(self.job.folder / f"{start}.pt")
        return float(self.points[f"{start}/{point}"]["flops"])

    def init(self, weights: Path) -> None:
        """Train until the declared competence, save, and measure point 0."""
        settings, checks = self.job.settings, self.book["validation"]
        enough = self.job.preset.competence if settings.competence is None else settings.competence
        rules = settings.init_rules or (self.task.random,)
        demonstrations = self.demonstrate(
            "init",
            rules,
            settings.init_demonstrations,
            settings.working,
            settings.init_keywords or {},
        )
        self._seen = self.task.likenesses(demonstrations)
        measured = self.task.competence

        def report(usage: Usage) -> bool:
            flops = self.learner.flops(usage)
            over = flops >= settings.init_flops
            check = str(int(flops / settings.check_flops))
            if (check != "0" or over) and check not in checks:
                give_back_memory()
                with self.clock.paused("init/0"):
                    reached = self.validate()
                checks[check] = {**vars(usage), "flops": flops, measured: reached[0]}
                self.save_book()
                news = Event(0.0, "init", {"validation": reached}, "init ...", flops)
                self.tell("init", flops / settings.init_flops, news)
            self.tell("init", flops / settings.init_flops)
            looked = checks.get(check)
            return over or (looked is not None and looked[measured] >= enough)

        if not weights.exists():
            resume = weights.with_name("init.resume.pt")
            seed = self.stage_seed("init")
            looks = self.flops_reported(resume) / settings.check_flops
            if looks >= 1 and str(int(looks)) not in checks:
                self.refuse_state(resume, "a look at its competence", "init")
            stage = Stage(settings.init, settings.init_flops, seed, resume, report)
            self.clock.start("init")
            self.learner.imitate(demonstrations, stage)
            self.learner.save(weights)
        weights.with_name("init.resume.pt").unlink(missing_ok=True)
        self.learner.load(weights)
        last = checks[max(checks, key=int)]
        if "init/0" not in self.points:
            told = last.get("episodes")  # None in looks of earlier versions
            episodes = None if told is None else int(told)
            self.measure("init", 0, last["flops"], episodes, final=True)

    def arm(self, name: str, arm: Arm, last: Path) -> None:
        """Train one arm from its start, measuring at the declared shares of its compute."""
        settings, preset = self.job.settings, self.job.preset
        spent = self.begin(arm)
        resume = last.with_name(f"{name}.resume.pt")
        reported = self.flops_reported(resume)
        for point in range(1, preset.points + 1):
            is_past = reported >= settings.arm_flops * preset.share(point)
            if is_past and f"{name}/{point}" not in self.points:
                self.refuse_state(resume, f"{name}/{point}", name)

        def report(usage: Usage) -> bool:
            flops = self.learner.flops(usage)
            for point in range(1, preset.points + 1):
                due = flops >= settings.arm_flops * preset.share(point)
                if due and f"{name}/{point}" not in self.points:
                    give_back_memory()
                    with self.clock.paused(f"{name}/{point}"):
                        final = point == preset.points
                        self.measure(name, point, spent + flops, usage.episodes, final=final)
            self.tell(name, flops / settings.arm_flops)
            return flops >= settings.arm_flops

        seed, flops = self.stage_seed(arm.method), settings.arm_flops
        stage = Stage(arm.settings, flops, seed, resume, report, arm.method)
        demonstrated = self.demonstrate_arm(arm) if arm.method == "sft" else None
        self.clock.start(name)
        if demonstrated is not None:
            self.learner.imitate(demonstrated, stage)
        else:
            self.learner.reinforce(self.game(self.task.rule), stage)
        self.learner.save(last)
        resume.unlink(missing_ok=True)

    def flops_reported(self, resume: Path) -> float:
        """Return the compute that a stage had reported before it wrote its state; 0 for none."""
        usage = self.learner.reported(resume) if resume.exists() else None
        return 0.0 if usage is None else self.learner.flops(usage)

    def refuse_state(self, resume: Path, what: str, stage: str) -> None:
        """Refuse to go on from a state, from which a point would be measured with later weights."""
        raise RunError(
            f"{resume} is of a moment after {what}, which {POINTS_FILE} does not tell of. Restore "
            f"{POINTS_FILE}, or delete {resume}: {stage} is then trained again from its start."
        )

    def rows_left(self) -> None:
        """Measure what finished points lack: rows that were lost, and further columns of stages
        that were taken over from another study.

        Raises:
            RunError: the weights of such a point were lost too.
        """
        ends = self.job.settings.ends(self.job.preset.points)
        for told in list(self.points.values()):
            stage, point = told["stage"], told["point"]
            final = ends[stage] == point
            cells = self.cells(stage, point, final=final).values()
            if all(self.run.done(cell.name, i) for cell in cells for i in range(len(cell))):
                continue
            weights = self.job.kept_weights(stage, point)
            if weights is None:
                folder = self.job.folder
                raise RunError(
                    f"{folder} lacks rows of {stage}/{point}, and {WEIGHTS}/{stage}-{point}.pt, by "
                    f"which they could be measured again. Restore the file, or delete {folder}: "
                    f"this job is then done again."
                )
            self.learner.load(weights)
            self.measure(stage, point, told["flops"], told.get("episodes"), final=final)

    def demonstrate_arm(self, arm: Arm) -> Demonstrated:
        """Make the demonstrations of an arm of SFT."""
        settings = self.job.settings
        own = (self.task.rule,), {}
        init = settings.init_rules or (self.task.random,), settings.init_keywords or {}
        kinds = [own, init] if arm.mixed_rules else [init if arm.init_rules else own]
        working = None if arm.answer_only else settings.working
        count = settings.sft_demonstrations // len(kinds)
        parts = [self.demonstrate("sft", rules, count, working, more) for rules, more in kinds]
        return parts[0] if len(parts) == 1 else Mixture(tuple(parts))

    def measure(
        self, stage: str, point: int, flops: float, episodes: int | None, *, final: bool
    ) -> None:
        """Play a point's episodes and note it as finished."""
        preset, suite, seed = self.job.preset, self.suite, self.job.seed
        rates: dict[str, Interval] = {}
        for column, cell in self.cells(stage, point, final=final).items():
            rows: list[Episode] = []
            evaluate(
                self.run,
                cell,
                lambda _: self.learner.agent(),
                seen=self._seen,
                on_rows=rows.extend,
            )
            # News are a line for people; curves are for the report.
            if rows and suite.columns[column].severity is None:
                rates[column] = live(
                    Observation(seed, row.cluster, row.value(self.task.metric)) for row in rows
                )
        # What a later question needs: its measures are made of these without training again.
        self.learner.save(self.job.folder / WEIGHTS / f"{stage}-{point}.pt")
        self.points[f"{stage}/{point}"] = {
            "stage": stage,
            "point": point,
            "flops": flops,
            **({} if episodes is None else {"episodes": episodes}),
        }
        self.save_book()
        place = stage if stage == "init" else f"{stage} {point}/{preset.points}"
        done = 1.0 if stage == "init" else point / preset.points
        self.tell(stage, done, Event(0.0, stage, rates, place, flops))

    def cells(self, stage: str, point: int, *, final: bool) -> dict[str, Cell]:
        """Return the episodes that a point is measured on, by column."""
        preset, suite, learner = self.job.preset, self.suite, self.learner
        sees = sees_pictures(learner.interface, learner.keywords)
        counts = {
            column: preset.episodes(suite.columns[column], final=final)
            for column in (suite.columns_for(seen=sees) if final else preset.curve_columns)
        }
        return {
            column: self.job.cell(learner, stage, point, column, count)
            for column, count in counts.items()
        }

    def validate(self) -> Interval:
        """Return the competence in validation episodes, under random stated rules."""
        suite, seed, task = self.suite, self.job.seed, self.task
        agent = self.learner.agent()
        played = play(
            lambda _: agent,
            f"{task.name}{self.learner.interface}-v0",
            {
                **self.game(task.random, "validation"),
                **(self.job.settings.init_keywords or {}),
                **self.learner.keywords,
            },
            suite.episode_seeds(seed, self.job.preset.validation_episodes, "validation"),
        )
        return live(
            Observation(seed, episode.dealt.cluster, episode.value(task.competence))
            for episode in played
        )

    def demonstrate(
        self,
        stage: str,
        rules: Sequence[str],
        count: int,
        working: str | None,
        keywords: Mapping[str, Any],
    ) -> Demonstrated:
        """Make the demonstrations of a stage."""
        solutions = self.job.settings.solutions or self.job.preset.solutions
        shown = {"solutions": solutions, "working": working}
        return self.task.demonstrate(
            count,
            seed=self.stage_seed(stage),
            rules=rules,
            fold=self.fold,
            **{name: value for name, value in shown.items() if value is not None},
            **{**self.suite.game, **keywords},
        )

    def game(self, rule: str, split: str = "train") -> dict[str, Any]:
        """Return the keywords of training, or of validation, under a rule."""
        return {**self.task.game(rule, self.fold, split), **self.suite.game}

    def stage_seed(self, stage: str) -> int:
        """Return the seed of everything random in the init, or in an arm of a method."""
        return 10 * self.job.seed + _STAGE_SEEDS[stage]

    def tell(self, stage: str, done: float, news: Event | None = None) -> None:
        """Emit news; `done` is the finished share of the stage."""
        before, stages = 0.0, self.job.settings.stages
        for name, minutes in stages.items():
            if name == stage:
                before += min(done, 1.0) * minutes
                break
            before += minutes
        self._emit(replace(news or Event(0.0, stage), fraction=before / self.job.minutes))

    def save_book(self) -> None:
        """Write points.json."""
        write_json(self.job.folder / POINTS_FILE, self.book)
