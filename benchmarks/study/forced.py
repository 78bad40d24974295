"""The right reading, given: an agent whose replies begin as one who reads rightly begins them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from agents.tinylm import TinyLM
from agents.writer import read_chat

Begin = Callable[[Any], str]
"""From an environment to how a reply to what it asks now begins."""


def begin_cards(env: Any) -> str:
    """Return the reply up to the formula: cards, and what they count by the rule that is stated."""
    from gp_env.text import build_reply

    episode = env.episode
    return _up_to('"formula": "', build_reply(episode.hand, episode.stated_rule, ""))


def begin_worked_cards(env: Any) -> str:
    """Return the working up to what the cards count."""
    episode = env.episode
    return f"{' '.join(map(str, episode.hand.values(episode.stated_rule)))} > "


def begin_streets(env: Any) -> str:
    """Return the reply up to the instruction: what is in sight, and whether it is an intersection.

    A reply after the end of a route begins in no way.
    """
    from virl_env.actions import ACTIONS, STOP
    from virl_env.text import build_reply

    if env.episode.terminated:
        return ""
    reply = build_reply(env.scene(), ACTIONS[STOP], env.template)
    return _up_to('"current instruction": "', reply)


def begin_worked_streets(env: Any) -> str:
    """Return the working up to which way one faces: what is in sight stands behind the working."""
    from agents.virl.working import write_working

    if env.episode.terminated:
        return ""
    return _up_to(" > ", write_working(env.scene(), "forward()"))


BEGINNINGS: Mapping[tuple[str, bool], Begin] = {
    ("GeneralPoints", False): begin_cards,
    ("GeneralPoints", True): begin_worked_cards,
    ("VIRLNavigation", False): begin_streets,
    ("VIRLNavigation", True): begin_worked_streets,
}
"""By task, and whether replies show working. Where there is none, nothing is forced."""


def _up_to(mark: str, reply: str) -> str:
    return reply[: reply.index(mark) + len(mark)]


class ForcedAgent:
    """Replies greedily behind a beginning that is written for it.

    Args:
        model: shared, not copied.
        envs: the environments that it plays in, one a copy.
        begin: how its replies begin there.
    """

    def __init__(self, model: TinyLM, envs: Sequence[Any], begin: Begin) -> None:
        self._model, self._envs, self._begin = model, envs, begin

    def act(self, observation: Sequence[str], info: Mapping[str, Any]) -> list[str]:
        """Return a reply to each chat of `info["messages"]`."""
        game = self._model.game
        texts, pictures = zip(*map(read_chat, info["messages"]))
        begun = [game.encode_beginning(self._begin(env.unwrapped)) for env in self._envs]
        # Together they may be no longer than a reply of its own.
        room = game.longest_reply - max(map(len, begun))
        words, lengths, *_ = self._model.generate(
            [game.encode_prompt(text) + start for text, start in zip(texts, begun)],
            max_words=room,
            pictures=torch.from_numpy(np.stack(pictures)),
        )
        return [
            game.decode([*start, *reply[:size]])
            for start, reply, size in zip(begun, words.tolist(), lengths.tolist())
        ]

    def reset(self, index: int) -> None:
        """Do nothing: a chat holds all that matters."""
