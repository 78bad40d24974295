"""Demonstrations of the card game: hands, and formulas that win them, by the hundred thousand.

An episode of demonstrations is that of the environment with the same keywords and episode seed. The
solver runs once for each set of card values, so the cost grows with the distinct hands and not with
the demonstrations.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.demonstrations import Transitions
from gp_env.arithmetic import EQUALS, TOKENS, to_tokens
from gp_env.config import GameConfig
from gp_env.deal import Dealer
from gp_env.deck import MAX_CARDS, Hand
from gp_env.dynamics import CORRECT_CODE, MAX_TOKENS
from gp_env.rules import MAX_VALUE, NAMED, Rule
from gp_env.solver import difficulty, solve
from gp_env.vector_env import GeneralPointsVectorEnv
from gp_env.verifier import judge_tokens
from shiftgym.checks import in_range
from shiftgym.mixer import Words, episode_seeds, integers, words

Bytes = NDArray[np.uint8]

ATTEMPT_LENGTH = MAX_TOKENS + 1
"""Tokens of the longest attempt, "=" counted."""

SOLUTIONS = ("any", "first")

# Draws from an episode seed, each the start of an attempt's own stream. Dealing uses lower ones.
_WINNING_ATTEMPT, _WRONG_ATTEMPT = 2**20, 2**20 + 1

_PLUS = TOKENS.index("+") + 1

# Card values are ranks under the rule that leaves every rank as it is.
_IDENTITY = NAMED["rank"]


@dataclass(frozen=True)
class Demonstrations:
    """Columns of n demonstrations.

    Attributes:
        keywords: of the environment `GeneralPoints-v0` whose episodes these are.
        episode_seed: int64 of shape (n,).
        ranks, suits: uint8 of shape (n, 6), 0 for an empty slot.
        rule: uint8 of shape (n, 3), values of J, Q, K that score.
        target: uint8 of shape (n,).
        difficulty: float32 of shape (n,), the share of formulas that win: lower is harder.
        attempts: uint8 of shape (n, k + 1, 20): k wrong attempts and the winning one, each as token
            index plus one and ending in "=", filled up with 0.
        working: how replies show the steps to the formula, one of `agents.gp.working.WORKING`; None
            for the answer alone.
    """

    keywords: dict[str, Any]
    episode_seed: NDArray[np.int64]
    ranks: Bytes
    suits: Bytes
    rule: Bytes
    target: Bytes
    difficulty: NDArray[np.float32]
    attempts: Bytes
    working: str | None = None

    def __len__(self) -> int:
        return len(self.episode_seed)

    def __str__(self) -> str:
        told = f"{len(self)} demonstrations of {self.keywords}"
        return told if self.working is None else f"{told} with working={self.working!r}"

    @property
    def wrong_attempts(self) -> int:
        """Wrong attempts before the winning one."""
        return self.attempts.shape[1] - 1

    def hand(self, index: int) -> Hand:
        """Return the hand of one demonstration."""
        ranks, suits = self.ranks[index].tolist(), self.suits[index].tolist()
        return Hand(tuple(filter(None, ranks)), tuple(filter(None, suits)))

    def scoring_rule(self, index: int) -> Rule:
        """Return the rule of one demonstration."""
        return Rule(*self.rule[index].tolist())

    def formulas(self, index: int) -> list[str]:
        """Return the formulas of one demonstration in order, the winning one last."""
        return [
            "".join(TOKENS[code - 1] for code in attempt if code - 1 != EQUALS)
            for attempt in (row[row > 0].tolist() for row in self.attempts[index])
        ]

    def reply(self, index: int, formula: str) -> str:
        """Return the reply that gives a formula of one demonstration, its working before it."""
        # Who learns from symbols needs nothing that writes words.
        from agents.gp.working import build_answer, write_working
        from gp_env.text import build_reply

        hand, rule = self.hand(index), self.scoring_rule(index)
        if self.working is None:
            return build_reply(hand, rule, formula)
        return write_working(rule.values(hand.ranks), formula, self.working) + build_answer(formula)

    def take(self, rows: NDArray[np.int64] | slice) -> Demonstrations:
        """Return some of the demonstrations."""
        columns = {name: getattr(self, name)[rows] for name in COLUMNS}
        return Demonstrations(keywords=self.keywords, working=self.working, **columns)

    def transitions(self, *, chunk: int = 4096) -> Transitions:
        """Play the demonstrations in the environment; return the tokens of the winning attempts.

        Wrong attempts are played, so that what follows shows them and their outcome, and are not
        taught.

        Args:
            chunk: how many episodes are played side by side.
        """
        parts = [
            self.take(slice(start, start + chunk))._play() for start in range(0, len(self), chunk)
        ]
        return Transitions(
            np.concatenate([observations for observations, _ in parts]),
            np.concatenate([actions for _, actions in parts]),
            len(self),
        )

    def _play(self) -> tuple[Bytes, Bytes]:
        count = len(self)
        env = GeneralPointsVectorEnv(
            count, **{**self.keywords, "mask": None, "autoreset_mode": "same_step"}
        )
        observations, _ = env.reset(options={"episode_seed": self.episode_seed})
        lengths = (self.attempts > 0).sum(axis=2)
        ends = lengths.sum(axis=1)
        taught_from = ends - lengths[:, -1]
        # Each episode's attempts one after the other, without the gaps between them.
        script = np.zeros((count, int(ends.max())), dtype=np.uint8)
        script[np.arange(script.shape[1]) < ends[:, None]] = self.attempts[self.attempts > 0] - 1
        seen, done, owners = [], [], []
        for step in range(script.shape[1]):
            taught = np.flatnonzero((step >= taught_from) & (step < ends))
            seen.append(observations[taught])
            done.append(script[taught, step])
            owners.append(taught)
            observations, *_ = env.step(script[:, step].astype(np.int64))
        order = np.argsort(np.concatenate(owners), kind="stable")
        return np.concatenate(seen)[order], np.concatenate(done)[order]


COLUMNS = {
    "episode_seed": ("int64", ()),
    "ranks": ("uint8", (MAX_CARDS,)),
    "suits": ("uint8", (MAX_CARDS,)),
    "rule": ("uint8", (3,)),
    "target": ("uint8", ()),
    "difficulty": ("float32", ()),
    "attempts": ("uint8", (-1, ATTEMPT_LENGTH)),
}
"""Types of the columns, and their shapes behind the rows; -1 is any length."""


def demonstrate(
    count: int,
    *,
    seed: int = 0,
    solutions: str = "any",
    wrong_attempts: int = 0,
    working: str | None = None,
    **keywords: Any,
) -> Demonstrations:
    """Deal hands and solve them.

    The hands are those that `GeneralPointsEnv(**keywords)` deals after `reset(seed=seed)`.

    Args:
        count: demonstrations.
        seed: of the hands and of the choice among solutions.
        solutions: "any" (each formula of the solver is equally likely) or "first".
        wrong_attempts: k attempts that fail before the one that wins: formulas of the hand's own
            numbers that miss the target.
        working: one of `agents.gp.working.WORKING`: replies of the language model show the steps
            before the answer. Formulas are then those of `agents.gp.working.worked_formulas`, of
            hands of at most four cards.
        keywords: of the environment.

    Raises:
        ValueError: for keywords the environment refuses, a seed that is none, an unknown choice of
            solutions or kind of working, working of wrong attempts or of more than four cards, or
            more wrong attempts than `max_attempts` leaves room for.
    """
    config = GameConfig.make(**keywords)
    if solutions not in SOLUTIONS:
        raise ValueError(f"solutions={solutions!r} is unknown: expected 'any' or 'first'.")
    if not 0 <= wrong_attempts < config.max_attempts:
        raise ValueError(
            f"wrong_attempts must leave one of max_attempts={config.max_attempts} to win with; "
            f"got {wrong_attempts}."
        )
    if working is not None:
        _check_working(working, wrong_attempts, config.num_cards)
    same = np.full(count, in_range("seed", seed, 0, 2**64 - 1), dtype=np.uint64)
    seeds = episode_seeds(same, np.zeros_like(same), np.arange(count, dtype=np.uint64))
    deals = Dealer(config).deal(seeds)
    distinct, which = np.unique(deals.values, axis=0, return_inverse=True)
    which = which.reshape(-1)
    hands = [tuple(row) for row in distinct.tolist()]
    limit = 1 if solutions == "first" else None
    find = _solutions if working is None else _worked_solutions
    solved = [find(hand, config.target, limit) for hand in hands]
    streams = seeds.astype(np.uint64)
    attempts = np.empty((count, wrong_attempts + 1, ATTEMPT_LENGTH), dtype=np.uint8)
    for attempt in range(wrong_attempts):
        wrong = words(streams, _WRONG_ATTEMPT + attempt)
        attempts[:, attempt] = _spoil(
            wrong, _choose(wrong, which, solved), deals.values, config.target
        )
    attempts[:, -1] = _choose(words(streams, _WINNING_ATTEMPT), which, solved)
    hardness = np.array([_difficulty(hand, config.target) for hand in hands], dtype=np.float32)
    return Demonstrations(
        keywords=keywords,
        episode_seed=seeds,
        ranks=deals.ranks,
        suits=deals.suits,
        rule=np.array(deals.rules),
        target=np.full(count, config.target, dtype=np.uint8),
        difficulty=hardness[which],
        attempts=attempts,
        working=working,
    )


def _check_working(working: str, wrong_attempts: int, num_cards: int) -> None:
    from agents.gp.working import MOST_CARDS, WORKING

    if working not in WORKING:
        known = ", ".join(map(repr, WORKING))
        raise ValueError(f"working={working!r} is unknown: expected one of {known}, or None.")
    if wrong_attempts:
        raise ValueError(
            f"Wrong attempts have no working to show; got wrong_attempts={wrong_attempts} and "
            f"working={working!r}. Leave one of them out."
        )
    if num_cards > MOST_CARDS:
        raise ValueError(
            f"Working is shown of hands of at most {MOST_CARDS} cards; got num_cards={num_cards}. "
            f"Pass fewer, or leave out working."
        )


def pack_attempts(formulas: list[str]) -> Bytes:
    """Return plain ASCII formulas as attempts, uint8 of shape (n, 20): see `Demonstrations`."""
    attempts = np.zeros((len(formulas), ATTEMPT_LENGTH), dtype=np.uint8)
    for row, formula in zip(attempts, formulas):
        tokens = to_tokens(formula + "=")
        row[: len(tokens)] = np.frombuffer(tokens, dtype=np.uint8) + 1
    return attempts


@cache
def _solutions(values: tuple[int, ...], target: int, limit: int | None) -> Bytes:
    """Return winning attempts with these card values, uint8 of shape (solutions, 20)."""
    return pack_attempts(solve(values, _IDENTITY, target, limit))


@cache
def _worked_solutions(values: tuple[int, ...], target: int, limit: int | None) -> Bytes:
    from agents.gp.working import worked_formulas

    return pack_attempts([*worked_formulas(values, target)[:limit]])


@cache
def _difficulty(values: tuple[int, ...], target: int) -> float:
    return difficulty(values, _IDENTITY, target)


def _choose(streams: Words, which: NDArray[np.int64], solved: list[Bytes]) -> Bytes:
    """Return one of the solutions of each episode's hand, each as likely as another."""
    counts = np.array([len(attempts) for attempts in solved])
    starts = np.cumsum(counts) - counts
    drawn = integers(streams, 0, counts[which].astype(np.uint64))
    return np.concatenate(solved)[starts[which] + drawn]


def _spoil(streams: Words, attempts: Bytes, values: Bytes, target: int) -> Bytes:
    """Return attempts of the same shapes, their numbers shuffled and operators drawn, that fail."""
    wrong = attempts.copy()
    lengths = ((attempts > 0).sum(axis=1) - 1).tolist()
    numbers = (attempts >= 1) & (attempts <= MAX_VALUE)
    operators = (attempts >= _PLUS) & (attempts < _PLUS + 4)
    cards = values.shape[1]
    left = np.arange(len(attempts))
    for draw in itertools.count(1, 2 * cards):
        keys = np.stack([words(streams[left], draw + card) for card in range(cards)], axis=1)
        shuffled = np.take_along_axis(values[left], keys.argsort(axis=1), axis=1)
        signs = [integers(streams[left], draw + cards + sign, 4) for sign in range(cards - 1)]
        drawn = attempts[left]
        # The code of a number is its value: token 0 is "1", and its code 1.
        drawn[numbers[left]] = shuffled.ravel()
        drawn[operators[left]] = (np.stack(signs, axis=1) + _PLUS).ravel()
        wrong[left] = drawn
        tokens, held = drawn - np.uint8(1), values[left]
        wins = [
            judge_tokens(tokens[row, : lengths[lane]].tobytes(), held[row].tobytes(), target)
            == CORRECT_CODE
            for row, lane in enumerate(left.tolist())
        ]
        left = left[wins]
        if not len(left):
            break
    return wrong
