"""Demonstrations of navigation that show their working, and the words that TinyLM has for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.tinylm.game import UNKNOWN
from agents.tinylm.learn import write_out
from agents.virl.demonstrations import demonstrate, load_demonstrations, save_demonstrations
from agents.virl.dialogues import GAME as STREETS
from agents.virl.worked_dialogues import GAME
from agents.virl.working import write_working
from virl_env.directions import Directions
from virl_env.scene import Scene
from virl_env.text import judge_reply

TRAINING = {"routes": 20, "split": "train", "drop_rate": 0.5}


def test_working_tells_the_turn_in_the_stated_frame_and_its_word() -> None:
    body = Directions("body", ("right", "slightly left", "left", "slightly right"))
    scene = Scene(("Turn left.",), 1, ((1, 7, 0, 0),), "", (0, 0), True, 10, body)
    assert write_working(scene, "turn_direction(right)") == "facing north > body left > right|"
    told = write_working(scene, "turn_direction(slightly left)")
    assert told == "facing north > body right > slightly_left|"
    assert write_working(scene, "forward()") == "facing north > forward|"
    assert write_working(scene, "stop()") == "facing north > stop|"


def test_a_reply_with_working_is_read_and_right(tmp_path: Path) -> None:
    made = demonstrate(6, seed=2, rules=("random", "relative"), working="steps", **TRAINING)
    save_demonstrations(tmp_path / "shown.npz", made)
    loaded = load_demonstrations(tmp_path / "shown.npz")
    assert str(loaded).endswith("with working='steps'")
    words, starts, ends, _ = write_out(GAME, loaded)
    assert GAME.words.index(UNKNOWN) not in words
    assert int((ends - starts).max()) <= GAME.longest_reply
    longest = demonstrate(1, rules=("absolute",), working="steps", routes=1, turns=(7, 7))
    assert int(write_out(GAME, longest)[2].max()) <= 100
    done = []
    for row, start, end in zip(words.tolist(), starts, ends):
        reply = GAME.decode(row[start:end])
        assert GAME.encode(reply) == row[start:end]
        working, _, answer = reply.partition("|")
        _, *turn, word = working.split(" > ")
        right = f"turn_direction({word.replace('_', ' ')})" if turn else f"{word}()"
        crossing = "intersection yes" in answer
        assert judge_reply(reply, right, crossing)[1].outcome == "correct"
        done.append("turn" if turn else word)
    assert done.count("turn") == (made.actions > 2).sum()
    assert done.count("stop") == len(made)


def test_the_answer_alone_is_the_same_in_both_games() -> None:
    plain = demonstrate(2, seed=2, **TRAINING)
    replies = [[reply for _, reply, _ in game.demonstrated(plain)] for game in (STREETS, GAME)]
    assert replies[0] == replies[1]
    assert all(GAME.decode(GAME.encode(reply)) == reply for reply in replies[1])


def test_what_has_no_working_to_show_is_refused() -> None:
    with pytest.raises(ValueError, match="expected one of 'steps', or None"):
        demonstrate(1, working="long")
    with pytest.raises(ValueError, match="must be the one that scores"):
        demonstrate(1, working="steps", stated_directions="relative")
    with pytest.raises(ValueError, match='game="streets-working"'):
        next(STREETS.demonstrated(demonstrate(1, working="steps", **TRAINING)))
