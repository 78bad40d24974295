"""Demonstrations that show their working, and the words that TinyLM has for them."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from agents.gp.demonstrations import demonstrate
from agents.gp.dialogues import GAME as CARDS
from agents.gp.files import load_demonstrations, save_demonstrations
from agents.gp.recipes import RECIPES
from agents.gp.worked_dialogues import GAME
from agents.gp.working import WORKING, worked_formulas, write_working
from agents.tinylm.game import UNKNOWN
from agents.tinylm.learn import write_out
from gp_env import Outcome, Rule, verify
from gp_env.config import GameConfig
from gp_env.deal import Dealer, Deals
from gp_env.solver import multisets, solvable_table
from gp_env.text import build_reply, judge_reply

PAIR = {**RECIPES["pair"], "rule": "random", "split": "train", "split_by": "numbers"}
SOLVABLE = multisets(4)[solvable_table(4)]


def test_working_shows_each_step_and_what_remains() -> None:
    assert "8*((10-3)-4)" in worked_formulas((3, 4, 8, 10), 24)
    hand = (8, 10, 4, 3)
    steps = "8 10 4 3 > 3 4 8 10|10-3=7|7-4=3|8*3=24|"
    remaining = "8 10 4 3 > 3 4 8 10|10-3=7 > 4 7 8|7-4=3 > 3 8|8*3=24|"
    assert write_working(hand, "8*((10-3)-4)", "steps") == steps
    assert write_working(hand, "8*((10-3)-4)", "remaining") == remaining
    (only,) = worked_formulas((3, 3, 8, 8), 24)
    assert write_working((8, 3, 8, 3), only, "remaining") == (
        "8 3 8 3 > 3 3 8 8|8/3=(8/3) > (8/3) 3 8|3-(8/3)=(1/3) > (1/3) 8|8/(1/3)=24|"
    )


def check_sets(sets: np.ndarray) -> None:
    for values in map(tuple, sets.tolist()):
        formulas = worked_formulas(values, 24)
        assert len(set(formulas)) == len(formulas) > 0
        rule = Rule(*(value if value in (11, 12, 13) else 1 for value in (11, 12, 13)))
        for formula in formulas:
            assert verify(formula, list(values), rule, 24).outcome is Outcome.CORRECT
            reply = write_working(values, formula, "remaining") + f'{{"formula": "{formula}"}}'
            words = GAME.encode(reply)
            assert UNKNOWN not in map(GAME.words.__getitem__, words)
            assert len(words) <= GAME.longest_reply
            assert GAME.decode(words) == reply
            assert "=-" not in reply
        whole = [re.search(r"\(\d+/", write_working(values, f, "steps")) is None for f in formulas]
        assert len(set(whole)) == 1  # fractions only where nothing else wins


def test_every_set_of_numbers_has_working() -> None:
    check_sets(SOLVABLE[::300])


@pytest.mark.slow
def test_each_set_of_numbers_has_working() -> None:
    check_sets(SOLVABLE)


@pytest.mark.parametrize("working", WORKING)
def test_a_reply_with_working_is_read_and_wins(tmp_path: Path, working: str) -> None:
    shown = demonstrate(20, seed=2, working=working, **PAIR)
    words, starts, ends, _ = write_out(GAME, shown)
    for row in range(len(shown)):
        hand, rule = shown.hand(row), shown.scoring_rule(row)
        reply = GAME.decode(words[row, starts[row] : ends[row]].tolist())
        assert reply == shown.reply(row, shown.formulas(row)[-1])
        assert judge_reply(reply, hand, rule)[1].outcome is Outcome.CORRECT
    save_demonstrations(tmp_path / "shown.npz", shown)
    loaded, formula = load_demonstrations(tmp_path / "shown.npz"), shown.formulas(3)[-1]
    assert loaded.reply(3, formula) == shown.reply(3, formula)
    assert f"working={working!r}" in str(shown)


def test_the_answer_alone_needs_no_other_words() -> None:
    shown = demonstrate(5, seed=2, **PAIR)
    reply = build_reply(shown.hand(0), shown.scoring_rule(0), shown.formulas(0)[-1])
    assert shown.reply(0, shown.formulas(0)[-1]) == reply == GAME.decode(GAME.encode(reply))
    assert GAME.decode(GAME.encode("8 10 3")) == "8 10 3"


def test_what_has_no_working_to_show_is_refused() -> None:
    with pytest.raises(ValueError, match="expected one of 'remaining', 'steps', or None"):
        demonstrate(1, working="long")
    with pytest.raises(ValueError, match="Wrong attempts have no working"):
        demonstrate(1, working="steps", wrong_attempts=1)
    with pytest.raises(ValueError, match="at most 4 cards; got num_cards=5"):
        demonstrate(1, working="steps", num_cards=5)
    with pytest.raises(ValueError, match='game="cards-working"'):
        next(CARDS.demonstrated(demonstrate(1, working="steps")))


def deal(**keywords: object) -> Deals:
    fold = {"fold": (2, 7, 6)} if "split" in keywords else {}
    dealer = Dealer(GameConfig.make(**fold, **keywords))
    return dealer.deal(np.arange(1500, dtype=np.int64))


def test_the_recipe_pair_shows_values_of_both_rules_but_no_two_of_them() -> None:
    dealt = deal(**RECIPES["pair"], rule="random")
    for compared in ((10, 10, 10), (11, 12, 13)):
        agree = (dealt.rules == np.array(compared)).sum(axis=1)
        assert set(agree.tolist()) == {0, 1}
    assert dealt.rules.max() == 13
    assert np.mean(dealt.ranks[:, :4] > 10) == pytest.approx(0.4, abs=0.04)
    assert np.mean(dealt.rules > 10) == pytest.approx(0.46, abs=0.05)


def test_no_set_of_numbers_is_in_two_parts_of_a_split_by_numbers() -> None:
    def numbers(**keywords: object) -> set[tuple[int, ...]]:
        return set(map(tuple, deal(**keywords).values.tolist()))

    dealt = {
        (split, rule): numbers(split=split, rule=rule, split_by="numbers")
        for split, rule in itertools.product(("train", "validation", "test"), ("random", "rank"))
    }
    for (split, _), held in dealt.items():
        others = set[tuple[int, ...]]().union(*(d for (s, _), d in dealt.items() if s != split))
        assert not held & others
    # Under the rule of both arms it is the split by ranks.
    ten = {"split": "test", "rule": "ten"}
    assert numbers(**ten) == numbers(**ten, split_by="numbers")
