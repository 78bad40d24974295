from __future__ import annotations

import pytest

from gp_env.deck import Hand, parse_rank


@pytest.mark.parametrize(
    "card, rank",
    [
        (1, 1),
        ("A", 1),
        ("a", 1),
        ("1", 1),
        (" 7 ", 7),
        ("10", 10),
        ("J", 11),
        ("11", 11),
        ("Q", 12),
        ("K", 13),
        (13.0, 13),
        ("19", 19),
    ],
)
def test_ranks(card: int | str, rank: int) -> None:
    assert parse_rank(card) == rank


@pytest.mark.parametrize(
    "card", [0, 20, -1, 2.5, float("inf"), float("nan"), "X", "", "07", "²", "20", None, [1]]
)
def test_what_is_no_card_is_named(card: object) -> None:
    with pytest.raises(ValueError, match="is not a valid card: expected a rank") as raised:
        parse_rank(card)  # type: ignore[arg-type]
    assert repr(card) in str(raised.value)


def test_hands_are_read_from_what_people_write() -> None:
    hand = Hand((5, 13, 2, 7))
    assert Hand.parse([5, "K", 2, 7]) == hand
    assert Hand.parse("5 K 2 7") == Hand.parse("5, k, 2, 7") == hand
    assert Hand.parse(hand) is hand
    suited = Hand((5, 13, 2, 10), (2, 1, 4, 3))
    assert Hand.parse("5♥ K♠ 2♣ 10♦") == Hand.parse(["5♥", "K♠", "2♣", "10♦"]) == suited
    assert str(hand) == "5 K 2 7"
    assert str(Hand((1, 11, 10), (1, 2, 4))) == "A♠ J♥ 10♣"


def test_values_follow_the_rule() -> None:
    hand = Hand((5, 11, 12, 13))
    assert hand.values("ten") == (5, 10, 10, 10)
    assert hand.values("rank") == (5, 11, 12, 13)
    assert hand.values((1, 2, 3)) == (5, 1, 2, 3)
    assert hand.has_face
    assert not Hand((5, 10, 14)).has_face


def test_digests_name_cards_in_order() -> None:
    hands = [Hand((1, 2, 3)), Hand((2, 1, 3)), Hand((1, 2, 3), (1, 1, 1)), Hand((12, 3, 4))]
    assert len({hand.digest for hand in hands}) == len(hands)
    # The same on every machine and in every version: records depend on it.
    assert Hand((5, 13, 2, 7)).digest == "bc1920ee881a299f"
    assert Hand((5, 13, 2, 7), (1, 4, 4, 1)).digest == "01383fd11d1613f1"


@pytest.mark.parametrize(
    "hand",
    [
        *((1, 2), (1,) * 7, "", [], (1, 2, 20), (1, 2, "X"), None, 5),
        *(["5♥", 6, "7♥"], ["♥"] * 4, ["5♥", "6", "7♥"], ["", "", ""]),
    ],
)
def test_what_is_no_hand_is_refused(hand: object) -> None:
    with pytest.raises(ValueError, match=r"3 to 6 cards|is not a valid (card|hand)|some have none"):
        Hand.parse(hand)  # type: ignore[arg-type]


def test_hands_made_directly_are_checked_too() -> None:
    with pytest.raises(ValueError, match="is not a valid card"):
        Hand((1, 2, 99))
    with pytest.raises(ValueError, match="suits are one code"):
        Hand((1, 2, 3), (1, 2))
    with pytest.raises(ValueError, match="suits are one code"):
        Hand((1, 2, 3), (1, 2, 5))
