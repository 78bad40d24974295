"""Dealing: from episode seeds to hands that can be won, thousands at a time.

One rule says what may be dealt (`_acceptable`); there are two ways to draw from it. Where all
ordered hands fit in a table, the acceptable ones are listed and a hand is one draw among them.
Otherwise cards are drawn until the hand is acceptable. Both give every acceptable hand of
independent cards the same chance.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gp_env import streams
from gp_env.config import DECKS, GameConfig
from gp_env.deck import MAX_CARDS, SUIT_COLOURS, SUIT_SYMBOLS, Hand
from gp_env.rules import JACK, KING, MAX_VALUE, Rule, pair_rules, random_rules
from gp_env.solver import multiset_index, solvable, solvable_table
from shiftgym.mixer import Words, integers, words
from shiftgym.once import once
from shiftgym.splits import parts_of

Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]

_TRIAL_DEALS = 8
_TABLE_CARDS = 4
"""Up to this many cards, all ordered hands (19**4 at most) and all value multisets are listed."""

_PLACES = 2**30
"""Into so many equal steps a draw with odds of its own is cut."""

_MAX_ROUNDS = 5_000
_ROUNDS_A_RULE = 500
"""A random rule that has left no hand after so many rounds is drawn anew."""


class Deals(NamedTuple):
    """Hands of n episodes; empty card slots are 0.

    Attributes:
        ranks: uint8 of shape (n, 6), 1-19.
        suits: uint8 of shape (n, 6), suit codes 1-4.
        rules: uint8 of shape (n, 3), values of J, Q, K that score.
        values: uint8 of shape (n, num_cards), what the cards count, in ascending order.
    """

    ranks: Bytes
    suits: Bytes
    rules: Bytes
    values: Bytes

    def hand(self, index: int) -> Hand:
        """Return the hand of one episode."""
        ranks, suits = self.ranks[index], self.suits[index]
        held = ranks > 0
        return Hand(tuple(ranks[held].tolist()), tuple(suits[held].tolist()))


class _Table(NamedTuple):
    """Every acceptable ordered hand in six slots, with its cards' values in ascending order."""

    ranks: Bytes
    values: Bytes


class Dealer:
    """Deals the hands of one configuration.

    Raises:
        ValueError: on construction, where the configuration leaves no hand to deal or its fixed
            hand cannot be won; on dealing, where no hand was found in many thousands of draws.
    """

    def __init__(self, config: GameConfig) -> None:
        self.config = config
        self._table: _Table | None = None
        if config.hand is not None:
            self._check_fixed(config.hand)
        elif _fits_a_table(config):
            self._table = _table(config)
            if not len(self._table.ranks):
                raise ValueError(f"No hand can be dealt under {config}. Loosen a keyword.")
        else:
            # Better to fail here than in the middle of a run.
            _try_to_deal(config)

    def __str__(self) -> str:
        return str(self.config)

    def deal(self, seeds: NDArray[np.int64]) -> Deals:
        """Deal one hand for each episode seed (int64 of shape (n,)); equal seeds, equal hands."""
        mixed = seeds.astype(np.uint64)
        rules = self._rules(mixed)
        if self.config.hand is not None:
            return self._fixed(mixed, rules, self.config.hand)
        if self._table is not None:
            rows = integers(mixed, streams.ROW, len(self._table.ranks))
            ranks, values = (column.take(rows, axis=0) for column in self._table)
            return Deals(ranks, self._draw_suits(mixed, streams.SUITS), rules, values)
        return self._deal_by_rejection(mixed, rules)

    @property
    def ranks(self) -> Bytes | None:
        """All hands that are dealt, in every order, (n, 6); None where there is no list of them."""
        if self.config.hand is not None:
            return _six(np.array([self.config.hand.ranks], dtype=np.uint8))
        return None if self._table is None else self._table.ranks

    def with_hand(self, hand: Hand | None) -> Dealer:
        """Return a dealer of this hand under the same rules and target; this one for None.

        It has to be a hand of the suits that are dealt, but no hand of the split, nor of the deck.

        Raises:
            ValueError: where the hand cannot be won, or has suits that are not dealt.
        """
        if hand is None:
            return self
        free = replace(self.config, split=None, face_cards=False, deck="large")
        return Dealer(replace(free, hand=hand, num_cards=len(hand.ranks)))

    def _rules(self, seeds: Words) -> Bytes:
        if self.config.rule is not None:
            return np.broadcast_to(np.array(self.config.rule, dtype=np.uint8), (len(seeds), 3))
        return self._draw_rules(seeds, streams.RULE)

    def _draw_rules(self, seeds: Words, number: int) -> Bytes:
        if self.config.random_rules == "pair":
            rules, sums = pair_rules()
            drawn = integers(seeds, number, int(sums[-1]))
            return rules.take(np.searchsorted(sums, drawn, side="right"), axis=0)
        choices = random_rules()
        return choices.take(integers(seeds, number, len(choices)), axis=0)

    def _draw_cards(self, seeds: Words, number: int) -> NDArray[np.int64]:
        """Return a rank for each seed, of the deck's or, with `face_share`, by that share."""
        count, share = DECKS[self.config.deck], self.config.face_share
        if share is None:
            return integers(seeds, number, count) + 1
        # A draw's place in [0, 1) says whether it is a face card, and which of its kind.
        ranks = np.arange(1, count + 1)
        faces = (ranks >= JACK) & (ranks <= KING)
        odds = np.where(faces, share / faces.sum(), (1 - share) / (~faces).sum())
        places = integers(seeds, number, _PLACES) / _PLACES
        drawn: NDArray[np.int64] = np.searchsorted(odds.cumsum()[:-1], places, side="right") + 1
        return drawn

    def _draw_suits(self, seeds: Words, number: int) -> Bytes:
        colours = np.array(SUIT_COLOURS[self.config.suits], dtype=np.uint8)
        suits = np.zeros((len(seeds), MAX_CARDS), dtype=np.uint8)
        # One word a hand is enough: six suits take twelve of its bits.
        bits = words(seeds, number)
        shift = np.uint64(len(colours).bit_length() - 1)
        for card in range(self.config.num_cards):
            suits[:, card] = colours.take((bits & np.uint64(len(colours) - 1)).view(np.int64))
            bits >>= shift
        return suits

    def _deal_by_rejection(self, seeds: Words, rules: Bytes) -> Deals:
        config = self.config
        ranks = np.zeros((len(seeds), config.num_cards), dtype=np.uint8)
        suits = np.zeros((len(seeds), MAX_CARDS), dtype=np.uint8)
        open_lanes = np.arange(len(seeds))
        for round_number in range(_MAX_ROUNDS):
            first = streams.CARDS + 16 * round_number
            lane_seeds = seeds[open_lanes]
            if config.rule is None and round_number and round_number % _ROUNDS_A_RULE == 0:
                rules[open_lanes] = self._draw_rules(lane_seeds, first + 2 * MAX_CARDS)
            drawn = np.empty((len(open_lanes), config.num_cards), dtype=np.uint8)
            for card in range(config.num_cards):
                drawn[:, card] = self._draw_cards(lane_seeds, first + card)
            drawn_suits = self._draw_suits(lane_seeds, first + MAX_CARDS)
            good = _acceptable(drawn, rules[open_lanes], config)
            if config.deals == "deck":
                good &= _all_different(drawn, drawn_suits[:, : config.num_cards])
            ranks[open_lanes[good]] = drawn[good]
            suits[open_lanes[good]] = drawn_suits[good]
            open_lanes = open_lanes[~good]
            if not len(open_lanes):
                return Deals(_six(ranks), suits, rules, sorted_values(ranks, rules))
        raise ValueError(f"Found no hand in {_MAX_ROUNDS} draws under {config}. Loosen a keyword.")

    def _check_fixed(self, hand: Hand) -> None:
        config = self.config
        if config.rule is None:
            raise ValueError(
                f"The hand {hand} is fixed, so its rule must be too; got rule='random'. Pass a "
                f"rule by name or as a triple."
            )
        for rule in {config.rule, *config.solvable_under}:
            if not solvable(sorted(hand.values(rule)), config.target):
                raise ValueError(
                    f"The hand {hand} cannot make {config.target} under the rule {rule.name!r}. "
                    f"Pass a hand for which gp_env.solve finds a formula, or another target or "
                    f"rule."
                )
        self._check_suits(hand)
        ranks = np.array([hand.ranks], dtype=np.uint8)
        allowed = (
            max(hand.ranks) <= DECKS[config.deck]
            and _acceptable(ranks, _repeat(config.rule, 1), config).all()
        )
        if not allowed:
            raise ValueError(f"The hand {hand} is not one that these keywords deal: {config}.")

    def _check_suits(self, hand: Hand) -> None:
        config, dealt = self.config, SUIT_COLOURS[self.config.suits]
        if not set(hand.suits) <= set(dealt):
            symbols = "".join(SUIT_SYMBOLS[suit - 1] for suit in dealt)
            raise ValueError(
                f"The hand {hand} has other suits than are dealt: suits={config.suits!r} deals "
                f"{symbols}. Pass its ranks alone to have their suits drawn, or suits='all'."
            )
        cards = Counter(zip(hand.ranks, hand.suits)) if hand.suits else Counter(hand.ranks)
        if config.deals == "deck" and max(cards.values()) > (1 if hand.suits else len(dealt)):
            raise ValueError(
                f"The hand {hand} cannot come from one deck: deals='deck' with "
                f"suits={config.suits!r} has {len(dealt)} cards of a rank, each of another suit. "
                f"Pass another hand, or deals='independent'."
            )

    def _fixed(self, seeds: Words, rules: Bytes, hand: Hand) -> Deals:
        shape = (len(seeds), len(hand.ranks))
        ranks = np.broadcast_to(np.array(hand.ranks, dtype=np.uint8), shape)
        if hand.suits:
            suits = _six(np.broadcast_to(np.array(hand.suits, dtype=np.uint8), shape))
        else:
            suits = self._suits_of(ranks, seeds)
        return Deals(_six(ranks), suits, rules, sorted_values(ranks, rules))

    def _suits_of(self, ranks: Bytes, seeds: Words) -> Bytes:
        """Draw the suits of ranks (n, k); under deals="deck" until no card stands twice."""
        suits = self._draw_suits(seeds, streams.SUITS)
        if self.config.deals != "deck":
            return suits
        twice = np.flatnonzero(~_all_different(ranks, suits[:, : ranks.shape[1]]))
        for round_number in range(_MAX_ROUNDS):
            if not len(twice):
                return suits
            # In a round of drawing cards, the word of its suits; no ranks are drawn here.
            number = streams.CARDS + 16 * round_number + MAX_CARDS
            suits[twice] = self._draw_suits(seeds[twice], number)
            twice = twice[~_all_different(ranks[twice], suits[twice, : ranks.shape[1]])]
        raise AssertionError("At least one draw in a hundred has no card twice.")


def sorted_values(ranks: Bytes, rules: Bytes) -> Bytes:
    """Return what cards count, in ascending order: ranks (n, k) under rules (n, 3)."""
    values: Bytes = ranks.copy()
    for column, face in enumerate(range(JACK, KING + 1)):
        np.copyto(values, rules[:, column, None], where=ranks == face)
    values.sort(axis=1)
    return values


def split_part(ranks: Bytes, parts: int) -> NDArray[np.int64]:
    """Return the part (0 to parts - 1) that each hand of shape (n, k) belongs to.

    Hands of equal ranks, once J, Q and K are collapsed to 10, lie in one part: no test hand is a
    training hand in another order or under another face.
    """
    collapsed = np.where((ranks >= JACK) & (ranks <= KING), np.uint8(10), ranks)
    return numbers_part(np.sort(collapsed, axis=1), parts)


def numbers_part(values: Bytes, parts: int) -> NDArray[np.int64]:
    """Return the part (0 to parts - 1) of hands with these card values, (n, k) in ascending order.

    Where J, Q and K count 10 it is that of `split_part`.
    """
    keys = np.zeros(len(values), dtype=np.uint64)
    for column in values.T:
        keys = keys * np.uint64(MAX_VALUE + 1) + column
    return integers(keys, 0, parts)


def _acceptable(ranks: Bytes, rules: Bytes, config: GameConfig) -> Flags:
    """Return which hands of shape (n, k) may be dealt, by split, faces and solvability."""
    good = np.ones(len(ranks), dtype=bool)
    if config.face_cards:
        good &= ((ranks >= JACK) & (ranks <= KING)).any(axis=1)
    if config.split is not None:
        if config.split_by == "numbers":
            part = numbers_part(sorted_values(ranks, rules), config.fold[1])
        else:
            part = split_part(ranks, config.fold[1])
        good &= np.isin(part, parts_of(config.split, config.fold))
    for required in (None, *config.solvable_under):
        lanes = np.flatnonzero(good)
        required_rules = rules[lanes] if required is None else _repeat(required, len(lanes))
        values = sorted_values(ranks[lanes], required_rules)
        good[lanes] = _solvable(values, config.target)
    return good


def _solvable(values: Bytes, target: int) -> Flags:
    if values.shape[1] <= _TABLE_CARDS:
        return solvable_table(values.shape[1], target)[multiset_index(values)]
    return np.array([solvable(row, target) for row in values.tolist()], dtype=bool)


def _fits_a_table(config: GameConfig) -> bool:
    fixed_rule = config.rule is not None
    even = config.deals == "independent" and config.face_share is None
    return fixed_rule and even and config.num_cards <= _TABLE_CARDS


@once(maxsize=64)
def _table(config: GameConfig) -> _Table:
    assert config.rule is not None
    ranks = np.arange(1, DECKS[config.deck] + 1, dtype=np.uint8)
    hands = np.stack(np.meshgrid(*[ranks] * config.num_cards, indexing="ij"), axis=-1)
    hands = hands.reshape(-1, config.num_cards)
    hands = hands[_acceptable(hands, _repeat(config.rule, len(hands)), config)]
    return _Table(_six(hands), sorted_values(hands, _repeat(config.rule, len(hands))))


@once(maxsize=64)
def _try_to_deal(config: GameConfig) -> None:
    """Deal a few hands by rejection; once, since many copies may share a configuration.

    Raises:
        ValueError: where none was found.
    """
    dealer = object.__new__(Dealer)
    dealer.config, dealer._table = config, None
    dealer.deal(np.arange(_TRIAL_DEALS))


def _repeat(rule: Rule, count: int) -> Bytes:
    return np.broadcast_to(np.array(rule, dtype=np.uint8), (count, 3))


def _all_different(ranks: Bytes, suits: Bytes) -> Flags:
    cards = np.sort(ranks * np.uint8(8) + suits, axis=1)
    different: Flags = (cards[:, 1:] != cards[:, :-1]).all(axis=1)
    return different


def _six(cards: Bytes) -> Bytes:
    padded = np.zeros((len(cards), MAX_CARDS), dtype=np.uint8)
    padded[:, : cards.shape[1]] = cards
    return padded
