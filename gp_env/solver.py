"""Which hands can be won, by which formulas, and how hard that is; exact throughout.

`solve` and `difficulty` go through every formula without redundant brackets. `solvable` only asks
whether there is one: it searches the values that parts of a hand reach, which are far fewer.
`solvable_table` answers that for all hands of three or four values at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, combinations, combinations_with_replacement, islice
from math import comb

import numpy as np
from numpy.typing import NDArray

from gp_env.config import check_target
from gp_env.deck import Hand, HandLike
from gp_env.formulas import formula, formula_count, hits
from gp_env.rules import MAX_VALUE, RuleLike
from shiftgym.once import once

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Rationals = tuple[Integers, Integers]
"""Numerators and denominators, of equal shape; a denominator of 0 marks a division by zero."""

_DENOMINATOR_BITS = 31
"""A reduced fraction is packed into one integer. Six values up to 19 and a target up to 100 reach
fractions below 2**31 in all that is ever packed here."""

_ZERO = 1
"""Zero, packed: 0 over 1."""

_LISTED_CARDS = 4
"""Up to this many cards, all values that they reach are listed; above, goals are traced back."""

_MEMO_CARDS = 5
"""Up to this many cards, the hits of a hand are remembered."""

_EAGER_CARDS = 4
"""Up to this many cards, a lazy search would save nothing."""


def solve(
    hand: HandLike, rule: RuleLike = "ten", target: int = 24, limit: int | None = None
) -> list[str]:
    """Return the formulas that make the target with each card once.

    Args:
        hand: three to six cards, as ranks or a Hand.
        rule: what J, Q and K count.
        target: the number to make.
        limit: the most formulas to return; None for all. Six cards can have tens of thousands.

    Returns:
        Plain ASCII such as "(5-1)*(10-4)", without redundant brackets (defined in
        `gp_env.formulas`), no formula twice, in an order that depends on the values and target
        alone. Empty where the hand cannot be won.

    Raises:
        ValueError: for a hand, a rule or a target that the game does not have.
    """
    values = _problem(hand, rule, target)
    if limit is None and len(values) <= _MEMO_CARDS:
        return [formula(values, number) for number in _all_hits(values, target).tolist()]
    return list(islice(iter_solutions(hand, rule, target), limit))


def iter_solutions(hand: HandLike, rule: RuleLike = "ten", target: int = 24) -> Iterator[str]:
    """Yield what `solve` returns, in the same order, searching no further than is asked for."""
    values = _problem(hand, rule, target)
    eager = len(values) <= _EAGER_CARDS
    found = iter([_all_hits(values, target)]) if eager else hits(values, target)
    numbers = chain.from_iterable(chunk.tolist() for chunk in found)
    return (formula(values, number) for number in numbers)


def difficulty(hand: HandLike, rule: RuleLike = "ten", target: int = 24) -> float:
    """Return the share, in [0, 1], of formulas that make the target: the smaller, the harder.

    Counted among all formulas without redundant brackets that use each card once, those that
    divide by zero included. 0 means that the hand cannot be won. Six cards take half a second.
    """
    values = _problem(hand, rule, target)
    if len(values) <= _MEMO_CARDS:
        found = len(_all_hits(values, target))
    else:
        found = sum(len(chunk) for chunk in hits(values, target))
    return found / formula_count(values)


def _problem(hand: HandLike, rule: RuleLike, target: int) -> tuple[int, ...]:
    """Return the sorted values of a hand, once the target is known to be one."""
    check_target(target)
    return tuple(sorted(Hand.parse(hand).values(rule)))


@lru_cache(maxsize=2**13)
def _all_hits(values: tuple[int, ...], target: int) -> Integers:
    return np.concatenate(list(hits(values, target))).astype(np.int32)


def solvable(values: Sequence[int], target: int = 24) -> bool:
    """Return whether some formula makes the target with each value once.

    Args:
        values: what three to six cards count, integers in [1, 19].
        target: the number to make, in [1, 100].
    """
    return _solvable(tuple(sorted(values)), target)


@lru_cache(maxsize=2**16)
def _solvable(values: tuple[int, ...], target: int) -> bool:
    return _meets(values, _pack(np.array([target]), np.array([1])))


def _meets(values: tuple[int, ...], goals: Integers) -> bool:
    """Return whether the values reach one of the goals (packed)."""
    if len(values) <= 3:
        return bool(np.isin(goals, _reach(values)).any())
    for part, rest in _splits(values):
        reached = _reach(part)
        # What x must be for x and r to make goal g: g - r, g + r, r - g, g / r, g * r or r / g,
        # which is what g and r themselves make; but for r = 0, which leaves x = g and x = -g.
        needed = _combine(goals, reached[reached != _ZERO])
        if _ZERO in reached:
            if _ZERO in goals:
                return True  # 0 times whatever the rest makes
            tops, bottoms = _unpack(goals)
            needed = np.concatenate([needed, goals, _pack(-tops, bottoms)])
        if len(rest) <= _LISTED_CARDS:
            if np.isin(needed, _reach(rest)).any():
                return True
        elif _meets(rest, needed):
            return True
    return False


@lru_cache(maxsize=2048)
def _reach(values: tuple[int, ...]) -> Integers:
    """Return all that the sorted values make, each used once: packed, sorted, no duplicates."""
    if len(values) == 1:
        return _pack(np.array(values), np.array([1]))
    made = [_combine(_reach(part), _reach(rest)) for part, rest in _splits(values)]
    return np.unique(np.concatenate(made))


@lru_cache(maxsize=4096)
def _splits(values: tuple[int, ...]) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
    """Return the ways to part the sorted values in two, the smaller part first, halves first."""
    ways: dict[tuple[tuple[int, ...], tuple[int, ...]], None] = {}
    for size in range(len(values) // 2, 0, -1):
        for part, rest in _position_splits(len(values), size):
            ways[tuple(values[i] for i in part), tuple(values[i] for i in rest)] = None
    return tuple(ways)


def _position_splits(count: int, size: int) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    for part in combinations(range(count), size):
        # Of two halves, the one with position 0 is called the part.
        if 2 * size < count or part[0] == 0:
            yield part, tuple(i for i in range(count) if i not in part)


def _pack(tops: Integers, bottoms: Integers) -> Integers:
    """Reduce fractions and pack each into an integer; those over zero are left out."""
    kept = bottoms != 0
    tops, bottoms = tops[kept], bottoms[kept]
    divisors = np.gcd(tops, bottoms) * np.sign(bottoms)
    return np.unique((tops // divisors << _DENOMINATOR_BITS) + bottoms // divisors)


def _unpack(packed: Integers) -> Rationals:
    return packed >> _DENOMINATOR_BITS, packed & (2**_DENOMINATOR_BITS - 1)


def _combine(left: Integers, right: Integers) -> Integers:
    (a, b), (c, d) = _unpack(left), _unpack(right)
    return _pack(*_results((a[:, None], b[:, None]), (c[None], d[None])))


def _results(left: Rationals, right: Rationals) -> Rationals:
    """Return l + r, l - r, r - l, l * r, l / r and r / l, stacked along a new last axis."""
    (a, b), (c, d) = left, right
    ad, cb, bd = a * d, c * b, b * d
    tops = [ad + cb, ad - cb, cb - ad, a * c, ad, cb]
    # A quotient whose divisor was itself over zero must not become a number again.
    valid = bd != 0
    bottoms = [bd, bd, bd, bd, cb * valid, ad * valid]
    return np.stack(tops, axis=-1), np.stack(bottoms, axis=-1)


@once()
def _rank_terms(count: int) -> Integers:
    # Column v is for value v; there is no value 0.
    terms = [[comb(max(v - 1, 0) + i, i + 1) for v in range(MAX_VALUE + 1)] for i in range(count)]
    return np.array(terms, dtype=np.int64)


def multiset_index(values: NDArray[np.integer]) -> Integers:
    """Return the position of hands of values in `multisets` and `solvable_table`.

    Args:
        values: integers in [1, 19] of shape (n, k), each row sorted upwards.

    Returns:
        int64 of shape (n,), in [0, C(18 + k, k)): the combinatorial number of each multiset.
    """
    terms = _rank_terms(values.shape[1])
    index = np.zeros(len(values), dtype=np.int64)
    for column, term in zip(values.T, terms):
        index += term.take(column)
    return index


@once()
def multisets(num_cards: int) -> NDArray[np.uint8]:
    """Return all multisets of values 1-19, ordered by `multiset_index`: uint8 of shape (n, k)."""
    rows = list(combinations_with_replacement(range(1, MAX_VALUE + 1), num_cards))
    values = np.array(rows, dtype=np.uint8)
    ordered = np.empty_like(values)
    ordered[multiset_index(values)] = values
    ordered.flags.writeable = False
    return ordered


@once(maxsize=64)
def solvable_table(num_cards: int, target: int = 24) -> Flags:
    """Return which multisets of three or four values make the target.

    Returns:
        bool of shape (C(18 + num_cards, num_cards),), read-only, indexed by `multiset_index`.

    Raises:
        ValueError: for another number of cards, which a table does not serve; use `solvable`.
    """
    if num_cards not in (3, 4):
        raise ValueError(f"Tables are for 3 or 4 cards; got {num_cards}. Use solvable().")
    values = multisets(num_cards)
    table = np.zeros(len(values), dtype=bool)
    for size in range(1, num_cards // 2 + 1):
        meets = _meeting_parts(size, num_cards - size, target)
        for part, rest in _position_splits(num_cards, size):
            table |= meets[_index_of(values, part), _index_of(values, rest)]
    table.flags.writeable = False
    return table


def _index_of(values: NDArray[np.uint8], positions: tuple[int, ...]) -> Integers:
    return multiset_index(values[:, positions])


def _meeting_parts(left_size: int, right_size: int, target: int) -> Flags:
    """Return which pairs of multisets make the target: bool of shape (lefts, rights)."""
    tops, bottoms = _reach_all(right_size)
    meets = []
    for a, b in zip(*_reach_all(left_size)):
        results = _results((a, b), (tops[..., None], bottoms[..., None]))
        hit = (results[0] == target * results[1]) & (results[1] != 0)
        meets.append(hit.any(axis=(1, 2, 3)))
    return np.array(meets)


@once()
def _reach_all(count: int) -> Rationals:
    """Return all that each multiset of one to three values makes, duplicates and all."""
    values = multisets(count)
    if count == 1:
        return values.astype(np.int64), np.ones(values.shape, dtype=np.int64)
    made = []
    for size in range(1, count // 2 + 1):
        for part, rest in _position_splits(count, size):
            a, b = (x[_index_of(values, part), :, None] for x in _reach_all(size))
            c, d = (x[_index_of(values, rest), None, :] for x in _reach_all(count - size))
            made.append([x.reshape(len(values), -1) for x in _results((a, b), (c, d))])
    tops, bottoms = zip(*made)
    return np.concatenate(tops, axis=1), np.concatenate(bottoms, axis=1)
