"""What is measured with the weights of a point: attempts, samples, other prompts and replies.

Each takes one point of a job and one column, and returns values of its episodes by name:

    revision      solved with all attempts of the environment, greedily
    revision_room whether the dialogue with all of them fitted into the model's context
    wins          how many of the samples at temperature 1 solved the episode
    kl            of the first sample, KL from the init in nats: of each reply the mean over its
                  words, the mean over replies; of a policy without words the mean over actions
    forced        the task's primary metric where the right reading is given; language model alone
    unlisted      the same where the prompt does not list the turns that there are; language model
                  on the streets alone
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import fmean
from typing import Any

from agents.protocol import Agent
from agents.sb3.model import SB3Agent
from agents.writer import TinyLMAgent, read_chat
from benchmarks.rollouts import Cell, Played, episode_row, play, side_by_side
from benchmarks.runs import RunError
from benchmarks.study.divergence import ComparingAgent, NotingAgent, divergences
from benchmarks.study.facts import facts_of
from benchmarks.study.forced import BEGINNINGS, ForcedAgent
from benchmarks.study.job import Job
from benchmarks.study.learners.learner import Learner
from benchmarks.study.learners.registry import LEARNERS
from benchmarks.study.presets import PolicyPreset
from benchmarks.tasks.task import SUCCESS

Values = dict[str, list[float]]


@dataclass(frozen=True)
class Probe:
    """A point of a job on a column.

    Attributes:
        samples: of each episode.
        episodes: the first of those that the study plays there.
    """

    job: Job
    stage: str
    point: int
    column: str
    episodes: int
    samples: int

    @cached_property
    def learner(self) -> Learner:
        """With the weights of the point."""
        return self.learner_at(self.stage, self.point)

    def learner_at(self, stage: str, point: int) -> Learner:
        """Return the learner with the weights of a point."""
        job, path = self.job, self.job.kept_weights(stage, point)
        if path is None:
            raise RunError(f"{job.folder} has no weights of {stage}/{point}: the study made none.")
        learner: Learner = LEARNERS[job.settings.learner](job.task, job.settings, job.seed)
        learner.load(path)
        return learner

    @cached_property
    def cell(self) -> Cell:
        """The episodes, of one attempt each."""
        return self.job.cell(self.learner, self.stage, self.point, self.column, self.episodes)

    @cached_property
    def env(self) -> Any:
        """Environments of these episodes, to be used again."""
        return side_by_side(self.cell.id, self.cell.keywords, self.episodes)

    def play(self, agent: Agent) -> list[Played]:
        """Play every episode."""
        cell = self.cell
        return play(lambda _: agent, cell.id, cell.keywords, cell.episode_seeds, self.env)

    def parts(self, played: Sequence[Played]) -> dict[str, list[str]]:
        """Return the parts that the episodes belong to, of those that rows tell by themselves."""
        rows = [episode_row(self.cell, number, one) for number, one in enumerate(played)]
        facts = [facts_of(row).parts for row in rows]
        return {
            by: [told[by] for told in facts]
            for by in ("faces", "turns")
            if all(by in told for told in facts)
        }


Measure = Callable[[Probe], "tuple[Values, list[Played]]"]


def revise(probe: Probe) -> tuple[Values, list[Played]]:
    """Play with as many attempts as the environment gives."""
    keywords = {k: v for k, v in probe.cell.keywords.items() if k != "max_attempts"}
    agent = probe.learner.agent()
    reviser = _Room(agent) if isinstance(agent, TinyLMAgent) else agent
    played = play(lambda _: reviser, probe.cell.id, keywords, probe.cell.episode_seeds)
    return {
        "revision": [one.value(SUCCESS) for one in played],
        "revision_room": [float("" not in (one.replies or ())) for one in played],
    }, played


class _Room:
    """A model that gives up, with an empty reply, where a dialogue outgrows its context."""

    def __init__(self, agent: TinyLMAgent) -> None:
        self._agent = agent

    def act(self, observation: Sequence[str], info: Mapping[str, Any]) -> list[str]:
        game, context = self._agent.model.game, self._agent.model.config.context
        texts = [read_chat(chat)[0] for chat in info["messages"]]
        room = [len(game.encode_prompt(text)) + game.longest_reply <= context for text in texts]
        chosen = [copy for copy, fits in enumerate(room) if fits]
        replies = [""] * len(texts)
        if chosen:
            told = {"messages": [info["messages"][copy] for copy in chosen]}
            for copy, reply in zip(chosen, self._agent.act([observation[c] for c in chosen], told)):
                replies[copy] = reply
        return replies

    def reset(self, index: int) -> None:
        self._agent.reset(index)


def sample(probe: Probe) -> tuple[Values, list[Played]]:
    """Play each episode several times at temperature 1, and compare the first with the init."""
    wins, values = [0.0] * probe.episodes, Values()
    played: list[Played] = []
    for number in range(probe.samples):
        agent = probe.learner.agent(1.0, number)
        if number == 0 and isinstance(agent, TinyLMAgent):
            noting = NotingAgent(agent, agent.model, probe.episodes)
            played = probe.play(noting)
            values["kl"] = _divergence(probe, agent, noting, played)
        elif number == 0 and isinstance(agent, SB3Agent):
            init = probe.learner_at("init", 0).agent()
            assert isinstance(init, SB3Agent)
            comparing = ComparingAgent(agent, init, probe.episodes)
            played = probe.play(comparing)
            values["kl"] = [
                fmean(apart[: len(one.actions or ())])
                for apart, one in zip(comparing.apart, played)
            ]
        else:
            played = probe.play(agent)
        wins = [before + one.value(SUCCESS) for before, one in zip(wins, played)]
    return {"wins": wins, **values}, played


def _divergence(
    probe: Probe, agent: TinyLMAgent, noting: NotingAgent, played: Sequence[Played]
) -> list[float]:
    init = probe.learner_at("init", 0).agent()
    assert isinstance(init, TinyLMAgent)
    written = [
        noted[: len(one.replies or ())] for noted, one in zip(noting.written, played)
    ]  # What was written after an episode had ended is no part of it.
    apart = iter(divergences(agent.model, init.model, [one for each in written for one in each]))
    return [fmean([next(apart) for _ in each]) for each in written]


def force(probe: Probe) -> tuple[Values, list[Played]]:
    """Play greedily with the right reading given, where that can be done."""
    agent, task = probe.learner.agent(), probe.job.task
    begin = BEGINNINGS.get((task.name, shows_working(probe.job.settings, probe.stage)))
    if begin is None or not isinstance(agent, TinyLMAgent):
        return {}, []
    played = probe.play(ForcedAgent(agent.model, probe.env.envs, begin))
    return {"forced": [one.value(task.metric) for one in played]}, played


def unlist(probe: Probe) -> tuple[Values, list[Played]]:
    """Play greedily by prompts without the list of turns, where the wording has one."""
    from virl_env.text import COMPACT

    agent, task = probe.learner.agent(), probe.job.task
    if task.name != "VIRLNavigation" or not isinstance(agent, TinyLMAgent):
        return {}, []
    without = replace(COMPACT, task=COMPACT.task.replace(": {table}", ""))
    keywords = {**probe.cell.keywords, "template": without}
    played = play(lambda _: agent, probe.cell.id, keywords, probe.cell.episode_seeds)
    return {"unlisted": [one.value(task.metric) for one in played]}, played


def shows_working(settings: PolicyPreset, stage: str) -> bool:
    """Whether replies of a stage show working: as those that it, or its start, learned from."""
    arm = settings.all_arms.get(stage)
    if arm is None:
        return settings.working is not None
    if arm.answer_only:
        return False
    return shows_working(settings, arm.start or "init")


PROBES: Mapping[str, Measure] = {
    "revision": revise,
    "samples": sample,
    "forced": force,
    "unlisted": unlist,
}
"""By name."""
