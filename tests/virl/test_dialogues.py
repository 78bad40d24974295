"""TinyLM plays street navigation by the code that plays cards; here is what differs."""

import copy
import json
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from agents.tinylm import PPO, SFT, PPOConfig, SFTConfig, TinyLM, TinyLMAgent, TinyLMConfig
from agents.tinylm.game import UNKNOWN
from agents.tinylm.learn import write_out
from agents.tinylm.ppo import play
from agents.virl.demonstrations import demonstrate
from agents.virl.dialogues import GAME
from shiftgym.mixer import episode_seeds
from shiftgym.prompts import build_feedback
from virl_env.text import COMPACT, judge_reply
from virl_env.text_env import VIRLNavigationTextEnv
from virl_env.verifier import Outcome, Verdict

UNKNOWN_ID = GAME.words.index(UNKNOWN)
LAST = GAME.words[GAME.end]


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def small_model(seed: int = 0) -> TinyLM:
    torch.manual_seed(seed)
    return TinyLM(TinyLMConfig(width=32, layers=2, heads=2, game="streets"))


def seeds_of(count: int, seed: int = 0) -> np.ndarray:
    same = np.full(count, seed, dtype=np.uint64)
    return episode_seeds(same, 0 * same, np.arange(count, dtype=np.uint64))


@pytest.fixture(scope="module")
def demonstrations():
    return demonstrate(60, seed=3, rules=("random", "relative"), split="train", drop_rate=0.5)


# Words


@pytest.mark.parametrize("directions", ["absolute", "relative", "random"])
@pytest.mark.parametrize("instructions", ["both", "landmarks"])
def test_every_message_of_the_compact_template_is_in_the_vocabulary(directions, instructions):
    env = VIRLNavigationTextEnv(
        template="compact",
        directions=directions,
        instructions=instructions,
        turns=(7, 7),
        routes=50,
    )
    for seed in range(4):
        _, info = env.reset(seed=seed)
        done = False
        while not done:
            (prompt,) = [message["content"] for message in info["messages"]]
            reply = env.expert_action()
            assert GAME.decode(GAME.encode(reply)) == reply
            words = GAME.encode(prompt + reply)
            assert UNKNOWN_ID not in words
            assert len(words) <= 90
            _, _, done, _, info = env.step(reply)


def test_feedback_is_in_the_vocabulary():
    told = [
        build_feedback(Verdict.of(outcome), left, COMPACT)
        for outcome in Outcome
        for left in range(10)
    ]
    assert UNKNOWN_ID not in GAME.encode(" ".join(told))


@given(st.lists(st.integers(0, len(GAME.words) - 1), max_size=40))
def test_any_words_become_text_that_can_be_judged_and_read_back(ids):
    text = GAME.decode(ids)
    assert GAME.encode(text) == [index for index in ids if index]
    judge_reply(text, "forward()", False)


def test_the_longest_reply_can_be_written(demonstrations):
    _, starts, ends, _ = write_out(GAME, demonstrations)
    assert 10 <= int((ends - starts).max()) <= GAME.longest_reply


# Dialogues


@pytest.mark.parametrize("drop_rate", [0.0, 0.5])
def test_dialogues_are_points_of_the_environments_episodes(drop_rate):
    game = {"directions": "random", "drop_rate": drop_rate, "max_attempts": 2, "split": "train"}
    seeds = seeds_of(12)
    dialogues = GAME.open(GAME.dealer(**game), seeds)
    env = VIRLNavigationTextEnv(template="compact", **game)
    for seed, dialogue in zip(seeds.tolist(), dialogues):
        prompt, _ = env.reset(options={"episode_seed": seed})
        step = dialogue.judge.args[0]
        while (prompt, env.steps[env.at]) != (dialogue.prompt, step):
            prompt, *_ = env.step(env.expert_action())
        wrong = f'{{"current observation": "intersection no", "action": "turn_direction(x){LAST}'
        for reply in (wrong, env.expert_action()):
            feedback, reward, done, _, info = env.step(reply)
            left = 0 if reply != wrong or done else info["attempts_left"]
            outcome, earned, told = dialogue.judge(reply, left)
            assert (outcome, earned) == (info["outcome"], reward)
            assert reply != wrong or told == feedback


def test_points_are_met_as_often_as_on_whole_rails():
    dealer = GAME.dealer(split="train", max_attempts=1)
    kinds = [dialogue.judge.args[0].kind for dialogue in GAME.open(dealer, seeds_of(2000))]
    shares = {kind: kinds.count(kind) / len(kinds) for kind in ("turn", "forward", "stop")}
    assert 0.74 < shares["forward"] < 0.83
    assert 0.12 < shares["turn"] < 0.2


def test_play_tells_a_wrong_reply_so_and_goes_on():
    model, game = small_model(), {"max_attempts": 2, "directions": "relative"}
    played = play(model, GAME.dealer(**game), range(8), seed=4)
    for row, dialogue in enumerate(GAME.open(GAME.dealer(**game), seeds_of(8, seed=4))):
        text, earned = GAME.encode(dialogue.prompt), 0.0
        for left in (1, 0):
            words, lengths, *_ = model.generate([text])
            reply = words[0, : lengths[0]].tolist()
            outcome, reward, feedback = dialogue.judge(GAME.decode(reply), left)
            text += reply
            earned += reward
            if outcome == "correct":
                break
            text += GAME.encode(feedback) * left
        assert played.outcomes[row] == outcome
        assert played.rewards[row].sum() == earned
        assert played.words[row, : len(text)].tolist() == text
        assert not played.words[row, len(text) :].any()


def test_free_movement_has_no_dialogues():
    with pytest.raises(ValueError, match="Pass movement='rail'"):
        GAME.dealer(movement="free")
    with pytest.raises(ValueError, match="pass movement='rail'"):
        PPO(small_model(), movement="free")


# Learning


def test_demonstrations_are_every_point_with_the_experts_reply(demonstrations):
    words, starts, ends, _ = write_out(GAME, demonstrations)
    assert len(words) == (demonstrations.actions > 0).sum()
    replies = [
        json.loads(GAME.decode(row[start:end].tolist()))["action"]
        for row, start, end in zip(words, starts, ends)
    ]
    turns = sum(reply.startswith("turn_direction(") for reply in replies)
    assert replies.count("stop()") == len(demonstrations)
    assert turns == (demonstrations.actions > 2).sum()
    assert replies.count("forward()") == len(replies) - turns - len(demonstrations)
    # Neighbouring points lie on different rails.
    firsts = [tuple(row[:20].tolist()) for row in words]
    assert np.mean([one == other for one, other in pairwise(firsts)]) < 0.2


def test_imitation_learns_to_turn_walk_and_stop():
    game = {"routes": 4, "turns": (1, 1), "directions": "relative", "initial_heading": "route"}
    keywords = {name: value for name, value in game.items() if name != "directions"}
    model, dealer = small_model(), GAME.dealer(**game, max_attempts=1)
    shown = demonstrate(20, rules=("relative",), **keywords)
    SFT(model, shown, SFTConfig(batch=32, learning_rate=5e-3)).train(32 * 90)
    right = play(model, dealer, range(100)).outcomes.count("correct") / 100
    assert right > 0.95

    agent = TinyLMAgent(model)
    env = VIRLNavigationTextEnv(template="compact", max_attempts=1, **game)
    _, info = env.reset(seed=0)
    done = False
    while not done:
        (reply,) = agent.act([""], {"messages": [info["messages"]]})
        _, _, done, _, info = env.step(reply)
    assert info["step_accuracy"] > 0.8


def test_reinforcement_goes_on_bit_for_bit():
    def learner() -> PPO:
        config = PPOConfig(episodes=16, batch=8, seed=2)
        return PPO(small_model(), config, directions="random", split="train", max_attempts=2)

    straight, first, second = learner(), learner(), learner()
    logged = [straight.step() for _ in range(3)]
    steps = [first.step()]
    second.resume(copy.deepcopy(first.state()))
    steps += [second.step(), second.step()]
    assert steps == logged
    assert torch.equal(second.model.head.weight, straight.model.head.weight)
    assert all(row["reward"] <= 1 for row in logged)


def test_a_state_of_one_game_is_refused_by_the_other(demonstrations):
    state = SFT(small_model(), demonstrations).state()
    cards = PPO(TinyLM(TinyLMConfig(width=32, layers=2, heads=2)))
    with pytest.raises(ValueError, match="Resume with the arguments"):
        cards.resume(state)


def test_other_rules_are_other_demonstrations():
    shown = [demonstrate(3, rules=rules) for rules in (("absolute",), ("relative",))]
    state = SFT(small_model(), shown[0]).state()
    with pytest.raises(ValueError, match="Resume with the arguments"):
        SFT(small_model(), shown[1]).resume(state)
