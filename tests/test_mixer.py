"""The mixer against SplitMix64 written out in Python integers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shiftgym.mixer import EPISODE_SEED_BITS, episode_seeds, integers, word, words

WORD = 2**64 - 1


def splitmix64(seed: int, number: int) -> int:
    z = (seed + (number + 1) * 0x9E3779B97F4A7C15) & WORD
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
    return z ^ (z >> 31)


def test_published_sequence_of_seed_zero() -> None:
    drawn = [int(words(np.zeros(1, dtype=np.uint64), number)[0]) for number in range(3)]
    assert drawn == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]


@given(st.integers(0, WORD), st.integers(0, 100_000))
def test_words_are_splitmix64(seed: int, number: int) -> None:
    assert int(words(np.array([seed], dtype=np.uint64), number)[0]) == splitmix64(seed, number)
    assert word(seed, number) == splitmix64(seed, number)


@given(st.lists(st.integers(0, WORD), min_size=1), st.lists(st.integers(0, WORD - 1), min_size=1))
def test_many_draws_at_once_are_those_one_by_one(seeds: list[int], numbers: list[int]) -> None:
    drawn = words(np.array(seeds, dtype=np.uint64), np.array(numbers, dtype=np.uint64)[:, None])
    assert drawn.tolist() == [[splitmix64(seed, number) for seed in seeds] for number in numbers]


@given(st.integers(0, WORD), st.integers(0, 100), st.integers(1, 2**31 - 1))
def test_integers_are_the_upper_half_scaled(seed: int, number: int, bound: int) -> None:
    drawn = int(integers(np.array([seed], dtype=np.uint64), number, bound)[0])
    assert drawn == (splitmix64(seed, number) >> 32) * bound >> 32
    assert 0 <= drawn < bound


def test_integers_are_even() -> None:
    drawn = integers(np.arange(130_000, dtype=np.uint64), 0, 13)
    counts = np.bincount(drawn, minlength=13)
    assert abs(counts - 10_000).max() < 500  # five standard deviations


def test_episode_seeds_differ_in_each_of_their_parts() -> None:
    grid = np.stack(np.meshgrid(*[np.arange(20, dtype=np.uint64)] * 3), axis=-1).reshape(-1, 3)
    seeds = episode_seeds(*grid.T)
    assert len(np.unique(seeds)) == len(grid)
    assert seeds.dtype == np.int64
    assert seeds.min() >= 0
    assert seeds.max() < 2**EPISODE_SEED_BITS
