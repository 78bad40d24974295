"""Pictures of the table: they hold the cards, are the same every time and keep to the look."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

import gp_env
from gp_env.image_env import STATE_LAYOUT, GeneralPointsImageEnv
from gp_env.observe import LAYOUT
from gp_env.pictures.cards import _paper, draw_block, draw_card
from gp_env.pictures.look import AXES, INKS, RANDOM_INKS, Look, check_look, draw_look
from gp_env.pictures.marks import PLAIN_FACE, Face, rank_mark, suit_mark
from gp_env.pictures.table import cell, draw_table

RANKS, SUITS = range(1, 20), range(1, 5)


Shape = NDArray[np.int64]
ALL_CARDS = [(rank, suit) for rank in RANKS for suit in SUITS]


class Reader:
    """Reads tables by comparing what lies in each cell with shapes of ranks and of suits.

    It knows where cards lie, and has seen each rank on a spade and each suit on an ace, in the
    upper left corner of a table. It has never seen any other card, nor any other corner.
    """

    def __init__(self, cards: int, size: int) -> None:
        self._cells = [cell(cards, slot, size) for slot in range(cards)]
        self._ranks, self._suits = (
            np.array(
                [self._halves(draw_table([r] * cards, [s] * cards, size), 0)[half] for r, s in seen]
            )
            for half, seen in ((0, [(r, 1) for r in RANKS]), (1, [(1, s) for s in SUITS]))
        )

    def read(self, picture: NDArray[np.uint8]) -> list[tuple[int, int]]:
        """Return rank and suit of the card in every slot."""
        found = []
        for slot in range(len(self._cells)):
            upper, lower = self._halves(picture, slot)
            rank = RANKS[np.abs(self._ranks - upper).sum(axis=(1, 2)).argmin()]
            suit = SUITS[np.abs(self._suits - lower).sum(axis=(1, 2)).argmin()]
            found.append((rank, suit))
        return found

    def _halves(self, picture: NDArray[np.uint8], slot: int) -> tuple[Shape, Shape]:
        """Return how dark the upper and the lower half of a card are."""
        left, top, width, height = self._cells[slot]
        # Black and red inks are nearly as dark in green, so shapes count and colours do not.
        seen = picture[top : top + height, left : left + width, 1].astype(np.int64)
        middle = (height + 1) // 2
        return seen[:middle], seen[middle:]


@pytest.mark.parametrize("size", [84, 200])
def test_every_card_differs_clearly_from_every_other(size: int) -> None:
    cards = [
        draw_table([rank] * 4, [suit] * 4, size).astype(int) for rank in RANKS for suit in SUITS
    ]
    for number, one in enumerate(cards):
        for other in cards[:number]:
            assert np.abs(one - other).max() > 80


@pytest.mark.parametrize("size", [84, 640])
@pytest.mark.parametrize("cards", [3, 4, 5, 6])
def test_a_reader_of_pixels_reads_every_card_in_every_slot(cards: int, size: int) -> None:
    reader = Reader(cards, size)
    read_in = [set[tuple[int, int]]() for _ in range(cards)]
    for start in range(len(ALL_CARDS)):
        # Neighbours that differ in rank and suit, so that one slot cannot be read for another.
        hand = [ALL_CARDS[(start + 17 * slot) % len(ALL_CARDS)] for slot in range(cards)]
        ranks, suits = zip(*hand)
        assert reader.read(draw_table(ranks, suits, size)) == hand
        for slot, card in enumerate(hand):
            read_in[slot].add(card)
    assert all(seen == set(ALL_CARDS) for seen in read_in)


@pytest.mark.parametrize("suits", ["black", "red", "all"])
@pytest.mark.parametrize("cards", [3, 4, 5, 6])
def test_a_reader_of_pixels_reads_every_hand_that_is_observed(cards: int, suits: str) -> None:
    keywords: Any = {"num_cards": cards, "suits": suits, "deck": "large"}
    env = gym.make("GeneralPoints-Image-v0", **keywords).unwrapped
    reader = Reader(cards, 84)
    for seed in range(10):
        observation, _ = env.reset(seed=seed)
        assert reader.read(observation["image"]) == list(zip(env.hand.ranks, env.hand.suits))


@pytest.mark.parametrize("face", [PLAIN_FACE, Face(0.06, 0.5, 0.6, True), Face(0.03, -0.7)])
@pytest.mark.parametrize("width, height", [(160, 205), (161, 219), (380, 517), (431, 552)])
def test_a_large_card_put_together_is_the_card_drawn_whole(
    width: int, height: int, face: Face
) -> None:
    ink, cloth = INKS["red"], (24, 96, 64)
    for rank, suit in ((10, 1), (12, 2), (1, 3), (19, 4)):
        whole = _paper(2 * width, 2 * height)
        for mark in (
            rank_mark(rank, *whole.size, ink, face),
            suit_mark(suit, *whole.size, ink, face.swap),
        ):
            mark.draw(whole, 0, 0)
        whole = whole.resize((width, height), Image.Resampling.BOX)
        card = draw_card(rank, suit, width, height, ink, face)
        np.testing.assert_array_equal(np.asarray(card), np.asarray(whole))
        laid = Image.new("RGB", whole.size, cloth)
        laid.paste(whole, mask=whole)
        block = draw_block(rank, suit, width, height, ink, face, cloth)
        np.testing.assert_array_equal(block, np.asarray(laid))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(RANKS), min_size=3, max_size=6),
    st.integers(32, 200),
    st.sampled_from(AXES),
    st.integers(0, 5),
    st.integers(0, 2**62 - 1),
)
def test_any_table_can_be_drawn(
    ranks: list[int], size: int, axis: str, severity: int, seed: int
) -> None:
    look = Look(**{axis: severity})
    picture = draw_table(ranks, (), size, look, seed)
    assert (picture.shape, picture.dtype) == ((size, size, 3), np.uint8)
    np.testing.assert_array_equal(picture, draw_table(ranks, (), size, look, seed))


@pytest.mark.parametrize("axis", AXES)
def test_severities_change_the_picture_by_degrees(axis: str) -> None:
    plain = draw_table((9, 6, 12, 1), (1, 4, 1, 4), 84).astype(float)
    apart = [
        np.mean(
            [
                np.abs(draw_table((9, 6, 12, 1), (1, 4, 1, 4), 84, look, seed) - plain).mean()
                for seed in range(20)
            ]
        )
        for look in (Look(**{axis: severity}) for severity in range(6))
    ]
    assert apart[0] == 0.0
    assert apart[1] > 0.1
    assert apart[5] > apart[3] > apart[1]


@pytest.mark.parametrize("axis", AXES)
def test_the_hardest_looks_still_tell_ranks_apart(axis: str) -> None:
    for seed in range(6):
        look = Look(**{axis: 5})
        tables = [draw_table([rank, 8, 8, 8], (1,) * 4, 84, look, seed) for rank in RANKS]
        for number, one in enumerate(tables):
            for other in tables[:number]:
                # Noise and light are those of the seed, so only the rank makes a difference.
                apart = np.abs(one.astype(int) - other).max(axis=2)
                assert (apart > 20).sum() >= 8


def test_the_state_is_the_row_without_the_cards() -> None:
    symbols, seen = gym.make("GeneralPoints-v0"), gym.make("GeneralPoints-Image-v0")
    row, _ = symbols.reset(seed=3)
    observation, _ = seen.reset(seed=3)
    for token in (5, 19, 2, 25, 25, 8):
        for name, where in STATE_LAYOUT.items():
            np.testing.assert_array_equal(observation["state"][where], row[LAYOUT[name]])
        row, *_ = symbols.step(token)
        observation, *_ = seen.step(token)
    assert set(LAYOUT) - set(STATE_LAYOUT) == {"ranks", "suits"}


def test_random_looks_come_from_the_seed_and_are_never_red() -> None:
    looks = [draw_look(seed) for seed in range(400)]
    assert looks == [draw_look(seed) for seed in range(400)]
    assert {look.ink for look in looks} == set(RANDOM_INKS)
    for axis in AXES:
        assert {getattr(look, axis) for look in looks} == {0, 1, 2, 3}
    for ink in RANDOM_INKS:
        red, green, blue = INKS[ink]
        assert red <= max(green, blue) + 10


@pytest.mark.parametrize(
    ("keywords", "told"),
    [
        ({"image_size": 31}, "image_size must be an integer from 32 to 1200; got 31"),
        ({"image_size": 84.0}, "image_size"),
        ({"look": "fancy"}, "look='fancy' is unknown"),
        ({"look": {"mood": 1}}, "unknown entry 'mood'"),
        ({"look": {"noise": 6}}, "severity of noise in look must be an integer from 0 to 5; got 6"),
    ],
)
def test_what_cannot_be_drawn_is_named(keywords: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        GeneralPointsImageEnv(**keywords)


def test_looks_and_tables_out_of_range_are_named() -> None:
    assert check_look(Look(noise=2)) == Look(noise=2)
    with pytest.raises(ValueError, match="ink='pink' is unknown"):
        Look(ink="pink")
    with pytest.raises(ValueError, match="3 to 6 cards; got 2"):
        draw_table((1, 2), ())


def test_nothing_that_draws_is_loaded_before_somebody_looks() -> None:
    code = (
        "import sys, gymnasium as gym, gp_env\n"
        "for id in ('GeneralPoints-v0', 'GeneralPoints-Text-v0'):\n"
        "    env = gym.make(id); env.reset(seed=0)\n"
        "gym.make('GeneralPoints-Image-v0')\n"
        "assert not [name for name in sys.modules if name.startswith('gp_env.pictures.table')]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_ids_share_episodes_with_the_symbolic_ones() -> None:
    assert "GeneralPoints-Image-VisualOOD-v0" in gp_env.variants()
    for shift in ("", "-RuleOOD", "-VisualOOD", "-OOD"):
        hands = []
        for interface in ("", "-Image"):
            env = gym.make(f"GeneralPoints{interface}{shift}-v0").unwrapped
            env.reset(seed=11)
            hands.append((env.hand, env.rule))
        assert hands[0] == hands[1]


def picture_in(info: dict[str, Any]) -> NDArray[np.uint8]:
    """Return the picture of a chat's prompt."""
    parts = info["messages"][-1]["content"]
    head, data = parts[1]["image_url"]["url"].split(",")
    assert (parts[0]["type"], parts[1]["type"], head) == (
        *("text", "image_url"),
        "data:image/png;base64",
    )
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))


def test_a_chat_shows_the_cards_and_does_not_tell_them() -> None:
    env: Any = gym.make("GeneralPoints-Text-v0", images=True, image_size=84).unwrapped
    prompt, info = env.reset(options={"hand": "K 7 5 Q"})
    assert "the ones in the picture" in prompt
    assert prompt == info["messages"][-1]["content"][0]["text"]
    picture = picture_in(info)
    np.testing.assert_array_equal(picture, draw_table(env.hand.ranks, env.hand.suits, 84))
    told = gym.make("GeneralPoints-Text-v0").reset(options={"hand": "K 7 5 Q"})[0]
    assert "K" in told.split("\n")[0]
    assert "K" not in prompt.split("\n")[0]
    env.render_mode = "ansi"
    assert "(a picture)" in env.render()


def test_cards_that_are_reported_wrongly_are_misread() -> None:
    right = '{"cards": ["Q", "7", "K", "5"], "number": [10, 7, 10, 5], "formula": "5+7+10+10"}'
    wrong = right.replace('"7", "K"', '"8", "K"')
    for images, outcome, reward in ((True, "misread_cards", -1.5), (False, "wrong_value", -1.0)):
        env = gym.make("GeneralPoints-Text-v0", images=images)
        env.reset(options={"hand": "K 7 5 Q"})
        _, paid, _, _, info = env.step(wrong)
        assert (info["outcome"], paid) == (outcome, reward)
        _, _, _, _, info = env.step(right)
        assert info["outcome"] == "wrong_value"
        _, _, terminated, _, info = env.step(env.unwrapped.expert_action())
        assert terminated
        assert info["is_success"]


def test_what_is_of_pictures_needs_pictures() -> None:
    with pytest.raises(ValueError, match="needs images=True"):
        gym.make("GeneralPoints-Text-v0", look="random")
    with pytest.raises(ValueError, match="images must be True or False; got 1"):
        gym.make("GeneralPoints-Text-v0", images=1)
