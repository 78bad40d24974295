"""The steps of an episode as HTML, from playing its row again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import gymnasium as gym

from benchmarks.records import Episode
from benchmarks.replies import ReplyLine
from benchmarks.tasks import task_of
from shiftgym.recordings import page
from shiftgym.recordings.recording import Moment
from shiftgym.sanitize import for_html

LONGEST = 20_000
"""Characters of a prompt, a reply or a thought; what is longer is cut, and says so."""


class Changed(ValueError):
    """A row that no longer leads to the same episode."""


@dataclass(frozen=True)
class Shown:
    """An episode to look at.

    Attributes:
        steps: HTML of each step, the end included.
        outcomes: of each step, "none" where it was no attempt.
        above, below: HTML that belongs to all steps.
        style: CSS of the task.
        pictures: whether there are any.
    """

    steps: Sequence[str]
    outcomes: Sequence[str]
    above: str = ""
    below: str = ""
    style: str = ""
    pictures: bool = False

    @property
    def size(self) -> int:
        """Its size in bytes."""
        parts = [*self.steps, self.above, self.below]
        return sum(len(part.encode("utf-8", "replace")) for part in parts)


def play_again(row: Episode, replies: Mapping[int, ReplyLine], *, pictures: bool) -> Shown:
    """Play a row again and return what there was to see.

    Args:
        replies: what the response log says of each reply, by its number.
        pictures: whether to draw what the task can draw.

    Raises:
        Changed: the row deals or pays something else here.
    """
    # Importing the package of a task registers its ids.
    task = task_of(row.id)
    package, _, name = row.id.rpartition(":")
    if package:
        import_module(package)
    try:
        env = gym.make(name, disable_env_checker=True, **row.keywords)
    except (gym.error.Error, TypeError, ValueError) as error:
        raise Changed(f"{row.id} cannot be made: {error}") from error
    try:
        return _played(row, task, env, replies, pictures)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise error if isinstance(error, Changed) else Changed(str(error)) from error
    finally:
        env.close()


def _played(
    row: Episode, task: Any, env: Any, replies: Mapping[int, ReplyLine], pictures: bool
) -> Shown:
    observation, info = env.reset(options={"episode_seed": row.episode_seed})
    digest = task.dealt(env.unwrapped, shown=observation).digest
    if digest != row.digest:
        raise Changed(f"episode seed {row.episode_seed} dealt {row.digest}, and now {digest}")
    drawn = _drawing(env) if pictures else None
    recorder = None if drawn is None else _begun(drawn, env, observation, info)
    moments = [Moment(told=_told(observation))]
    rewards: list[float] = []
    outcomes: list[str] = []
    actions: Sequence[Any] = row.actions if row.replies is None else row.replies
    for action in actions:
        left = info["attempts_left"]
        observation, reward, terminated, truncated, info = env.step(action)
        ended, in_text = terminated or truncated, row.replies is not None
        judged = info["attempts_left"] < left or ended or reward != 0
        judged = judged or in_text or task.one_action_an_attempt
        if judged:
            rewards.append(float(reward))
            outcomes.append(info["outcome"])
        outcome = info["outcome"] if judged else "none"
        done = _cut(action) if in_text else _name(env, action)
        moments[-1] = replace(moments[-1], done=done, outcome=outcome, reward=float(reward))
        moments.append(Moment(told=_told(observation)))
        if recorder is not None:
            recorder.step(action, observation, reward, info)
        if ended:
            break
    if (rewards, outcomes) != (row.rewards, row.outcomes):
        raise Changed(f"it paid {row.rewards}, and now {rewards}")
    notes = [_note(replies.get(number)) for number in range(len(moments))]
    if recorder is None or drawn is None:
        kept = [one for one in moments if one.told or one.done]
        steps = [page.section(one, "") + note for one, note in zip(kept, notes)]
        return Shown(steps, [one.outcome for one in kept])
    recording = recorder.recording()
    texts = [replace(one, told=_cut(one.told), done=_cut(one.done)) for one in recording.moments]
    steps = [drawn.PAGE.section(one) + note for one, note in zip(texts, notes)]
    return Shown(
        steps,
        [one.outcome for one in moments],
        drawn.PAGE.above(recording),
        drawn.PAGE.below(recording),
        drawn.PAGE.style,
        pictures=True,
    )


def _drawing(env: Any) -> Any:
    """Return the module that draws episodes of a task, None where it has none."""
    package = type(env.unwrapped).__module__.partition(".")[0]
    try:
        module = import_module(f"{package}.replay")
    except ModuleNotFoundError:
        return None
    return module if hasattr(module, "PAGE") and hasattr(module, "recorder") else None


def _begun(drawn: Any, env: Any, observation: Any, info: Mapping[str, Any]) -> Any:
    """Return a recorder, None for an episode of which nothing can be drawn."""
    recorder = drawn.recorder(env, **drawn.PAGE.small)
    try:
        recorder.begin(observation, info)
    except ValueError:
        return None
    return recorder


def _told(observation: Any) -> str:
    return _cut(observation) if isinstance(observation, str) else ""


def _name(env: Any, action: int) -> str:
    names = getattr(getattr(env.unwrapped, "task", None), "actions", None)
    return str(action) if names is None else str(names[action])


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}\n[... {len(text) - LONGEST:,} more characters]"


def _note(line: ReplyLine | None) -> str:
    """Return HTML of what the response log says of a reply beside its text."""
    if line is None:
        return ""
    told = []
    if line.no_answer is not None:
        told.append(f'<p class="bad">No answer: {for_html(line.no_answer.value)}</p>')
    if line.error:
        told.append(f'<p class="bad">Endpoint: {for_html(_cut(line.error))}</p>')
    if line.reasoning:
        said = for_html(_cut(line.reasoning), multiline=True)
        told.append(f'<details><summary>thoughts</summary><div class="said">{said}</div></details>')
    return f'<div class="note">{"".join(told)}</div>' if told else ""
