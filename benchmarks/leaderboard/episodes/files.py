"""The files of all episodes of a site: what was dealt, what was done, and maps of cities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol

import gymnasium as gym

from benchmarks.leaderboard.entries import Entry
from benchmarks.leaderboard.episodes.scripts import paged, script, shortened
from benchmarks.records import Episode
from benchmarks.replies import ReplyLine
from benchmarks.show.choice import outcome_of
from benchmarks.submissions.bounded import bounded_lines
from benchmarks.submissions.format import LOG_FILE, ROWS_FILE
from benchmarks.tasks.task import EvaluatedTask

_SHOWS: Mapping[str, tuple[str, str]] = {
    "GeneralPoints": ("cards", "Cards"),
    "VIRLNavigation": ("streets", "Streets"),
}


Reasons = Mapping[tuple[str, int], Mapping[int, str]]
"""Why there were no answers, by cell and index and by number of the reply."""

_OFTEN_ALIKE = ("rule", "scoring")
"""Texts of scenes that many of a column share."""


class Show(Protocol):
    """What a task shows of its episodes, as plain data.

    Attributes:
        files: what several scenes share, by name.
        actions: names of those that plays and scenes have the numbers of.
    """

    files: Mapping[str, Any]
    actions: Sequence[str]

    def scene(self, env: Any) -> dict[str, Any]:
        """Return what was dealt to an episode that has just started."""
        ...

    def before(self, env: Any) -> Any:
        """Return what `done` needs to know of the moment before an action."""
        ...

    def done(self, env: Any, before: Any, action: Any) -> Any:
        """Return what was done in an attempt that was just judged."""
        ...


class EpisodeFiles:
    """Collects the episodes of entries.

    Attributes:
        files: by path, complete after `finish`.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self._shows: dict[str, Show] = {}
        self._scenes: dict[str, list[tuple[int, Any]]] = {}

    def add(self, entry: Entry) -> None:
        """Replay the episodes of an entry, and write down what was done in them."""
        reasons = _reasons(entry)
        told = [self._column(entry, name, rows, reasons) for name, rows in _columns(entry)]
        self.files[f"data/plays/{entry.slug}/index.js"] = script("index", told)

    def _column(
        self, entry: Entry, column: str, rows: Sequence[Episode], reasons: Reasons
    ) -> dict[str, Any]:
        """Write the episodes of a column; return what there is to know before they are loaded."""
        show, task = self._show(entry.of.task), entry.task
        env = gym.make(rows[0].id, disable_env_checker=True, **rows[0].keywords).unwrapped
        scenes_name = _scenes_name(entry, column, rows)
        scenes = self._scenes.setdefault(scenes_name, [])
        kinds = sorted({outcome for row in rows for outcome in row.outcomes})
        starts, pages = paged([_play(row, env, show, task, scenes, kinds) for row in rows])
        for number, page in enumerate(pages):
            path = f"data/plays/{entry.slug}/{column}-{number}.js"
            self.files[path] = script(path, page)
        outcomes = [outcome_of(row, reasons.get((row.cell, row.index), {})) for row in rows]
        names = sorted(set(outcomes))
        told, _ = env.reset(options={"episode_seed": rows[0].episode_seed})
        return {
            "name": column,
            "folder": f"data/plays/{entry.slug}",
            "scenes": f"data/scenes/{scenes_name}",
            "starts": starts,
            "actions": show.actions,
            "kinds": kinds,
            "names": names,
            "outcomes": [names.index(one) for one in outcomes],
            "prompt": shortened(told) if isinstance(told, str) else "",
        }

    def finish(self) -> None:
        """Write what was dealt."""
        for name, scenes in self._scenes.items():
            starts, pages = paged([scene for _, scene in scenes])
            self.files[f"data/scenes/{name}.js"] = script(f"data/scenes/{name}.js", starts)
            for number, page in enumerate(pages):
                path = f"data/scenes/{name}-{number}.js"
                self.files[path] = script(path, _shared_texts(page))
        for show in self._shows.values():
            for name, told in show.files.items():
                path = f"data/cities/{name}.js"
                self.files[path] = script(path, told)

    def _show(self, task: str) -> Show:
        if task not in self._shows:
            module, name = _SHOWS[task]
            made: Callable[[], Show] = getattr(import_module(f".{module}", __package__), name)
            self._shows[task] = made()
        return self._shows[task]


def _columns(entry: Entry) -> list[tuple[str, list[Episode]]]:
    """Return the rows of each column with their actions and replies, in the order of the suite."""
    columns: dict[str, list[Episode]] = {name: [] for name in entry.columns}
    for line in bounded_lines(entry.folder / ROWS_FILE):
        row = Episode.model_validate_json(line)
        columns[row.cell.rpartition("/")[2]].append(row)
    return [(name, sorted(rows, key=lambda row: row.index)) for name, rows in columns.items()]


def _scenes_name(entry: Entry, column: str, rows: Sequence[Episode]) -> str:
    """Return the name of what entries share that were dealt the same in a column.

    The episodes of a smaller size are the first ones of a larger.
    """
    seed = f"{rows[0].episode_seed:x}"[-6:]
    trained = entry.submission.trained_on
    fold = "all" if trained is None else f"fold-{trained.fold[0]}"
    return f"{entry.of.name}-{entry.of.digest[:6]}/{fold}-{column}-{seed}"


def _play(
    row: Episode,
    env: Any,
    show: Show,
    task: EvaluatedTask,
    scenes: list[tuple[int, Any]],
    kinds: Sequence[str],
) -> list[list[Any]]:
    """Return of each attempt what was done, its outcome, its reward and, of a model, its reply.

    Args:
        scenes: episode seeds and what they deal; one that is missing is added.
        kinds: outcomes, of which the number is written.
    """
    _, info = env.reset(options={"episode_seed": row.episode_seed})
    if row.index == len(scenes):
        scenes.append((row.episode_seed, show.scene(env)))
    if scenes[row.index][0] != row.episode_seed:
        raise AssertionError(f"Episode {row.index} of {row.cell} is another one than before.")
    in_text = row.replies is not None
    attempts = []
    for action in row.replies if row.replies is not None else row.actions or []:
        before, left = show.before(env), info["attempts_left"]
        _, reward, terminated, truncated, info = env.step(action)
        fewer = info["attempts_left"] < left
        if in_text or task.one_action_an_attempt or fewer or terminated or truncated or reward:
            paid = int(reward) if reward == int(reward) else float(reward)
            told = [show.done(env, before, action), kinds.index(info["outcome"]), paid]
            attempts.append([*told, shortened(action)] if in_text else told)
        if terminated or truncated:
            break
    if [kinds[attempt[1]] for attempt in attempts] != row.outcomes:
        raise AssertionError(f"Episode {row.index} of {row.cell} was verified, and differs now.")
    return attempts


def _shared_texts(scenes: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return the texts that scenes have in common, and the scenes with their numbers instead."""
    found = [scene.get(name) for scene in scenes for name in _OFTEN_ALIKE]
    texts = list(dict.fromkeys(text for text in found if isinstance(text, str)))
    numbered = [
        {
            name: texts.index(value) if name in _OFTEN_ALIKE and value in texts else value
            for name, value in scene.items()
        }
        for scene in scenes
    ]
    return [texts, numbered]


def _reasons(entry: Entry) -> Reasons:
    """Return why there were no answers, by cell and index and by number of the reply."""
    found: dict[tuple[str, int], dict[int, str]] = defaultdict(dict)
    if entry.replies is None:
        return found
    for data in bounded_lines(entry.folder / LOG_FILE):
        line = ReplyLine.model_validate_json(data)
        if line.no_answer is not None:
            found[line.cell, line.index][line.attempt] = line.no_answer.value
    return found
