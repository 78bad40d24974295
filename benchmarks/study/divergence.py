"""How far a policy's replies or actions lie from what its init would have chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.nn import functional as F

from agents.protocol import Agent
from agents.sb3.model import SB3Agent
from agents.tinylm import TinyLM
from agents.tinylm.model import pad
from agents.vision.chats import Picture
from agents.writer import read_chat

_ROWS = 128
"""Replies that are read at a time."""


class Written(NamedTuple):
    """A reply with what it answers, in words, and the picture that goes with that."""

    prompt: list[int]
    reply: list[int]
    picture: Picture


class NotingAgent:
    """Another agent, whose replies it notes.

    Attributes:
        written: of each copy, in order; those after its episode has ended among them.
    """

    def __init__(self, agent: Agent, model: TinyLM, copies: int) -> None:
        self._agent, self._game = agent, model.game
        self.written: list[list[Written]] = [[] for _ in range(copies)]

    def act(self, observation: Sequence[str], info: Mapping[str, Any]) -> list[str]:
        """Return what the other agent does."""
        replies: list[str] = list(self._agent.act(observation, info))
        for noted, chat, reply in zip(self.written, info["messages"], replies):
            text, picture = read_chat(chat)
            prompt, written = self._game.encode_prompt(text), self._game.encode(reply)
            noted.append(Written(prompt, written, picture))
        return replies

    def reset(self, index: int) -> None:
        """Begin an episode."""
        self._agent.reset(index)


class ComparingAgent:
    """A policy that samples actions, and notes how far each choice is from what another offers.

    Attributes:
        apart: of each copy, KL(policy | first) at each of its actions in nats, in order; those
            after its episode has ended among them.
    """

    def __init__(self, agent: SB3Agent, first: SB3Agent, copies: int) -> None:
        self._agent, self._first = agent, first
        self.apart: list[list[float]] = [[] for _ in range(copies)]

    def act(self, observation: Any, info: Mapping[str, Any]) -> Any:
        """Return what the policy does."""
        count = len(self.apart)
        log_agent, log_first = (
            F.log_softmax(torch.from_numpy(each.logits(observation, count)).double(), dim=-1)
            for each in (self._agent, self._first)
        )
        found = (log_agent.exp() * (log_agent - log_first)).sum(dim=-1)
        for noted, one in zip(self.apart, found.tolist()):
            noted.append(one)
        return self._agent.act(observation, info)

    def reset(self, index: int) -> None:
        """Begin an episode."""
        self._agent.reset(index)


@torch.no_grad()
def divergences(model: TinyLM, first: TinyLM, written: Sequence[Written]) -> list[float]:
    """Return KL(model | first) of each reply, the mean over its words in nats; 0 without words."""
    found: list[float] = []
    for start in range(0, len(written), _ROWS):
        some = written[start : start + _ROWS]
        words = pad([one.prompt + one.reply for one in some])
        pictures = torch.from_numpy(np.stack([one.picture for one in some]))
        log_model, log_first = (
            F.log_softmax(each(words[:, :-1], pictures=pictures)[0], dim=-1)
            for each in (model, first)
        )
        apart = (log_model.exp() * (log_model - log_first)).sum(dim=-1)
        for row, one in zip(apart, some):
            # The word at a place is chosen at the one before.
            at = slice(len(one.prompt) - 1, len(one.prompt) + len(one.reply) - 1)
            found.append(float(row[at].mean()) if one.reply else 0.0)
    return found
