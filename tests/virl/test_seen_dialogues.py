"""TinyLM's navigation in pictures: what stands before it is what the environment shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import virl_env
from agents.sb3.checkpoint import save_state
from agents.tinylm import PPO, SFT, PPOConfig, SFTConfig, TinyLM, TinyLMAgent, TinyLMConfig
from agents.tinylm.game import UNKNOWN
from agents.tinylm.learn import write_out
from agents.tinylm.ppo import play
from agents.virl.demonstrations import demonstrate
from agents.vision.eye import SIGHT
from agents.vision.streets import GAME
from agents.writer import read_chat
from benchmarks import rollouts
from benchmarks.weights import saved_player
from shiftgym.mixer import episode_seeds
from tests.virl.compass_views import CompassViews
from virl_env.text_env import VIRLNavigationTextEnv
from virl_env.world.city import City

SHOWN = {"panoramas": CompassViews()}


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def small_model() -> TinyLM:
    torch.manual_seed(0)
    return TinyLM(TinyLMConfig(width=32, layers=2, heads=2, game="streets-images"))


def seeds_of(count: int) -> Any:
    numbers = np.arange(count, dtype=np.uint64)
    return episode_seeds(0 * numbers, 0 * numbers, numbers)


@pytest.mark.parametrize("keywords", [{"directions": "random"}, {"drop_rate": 0.5}])
def test_dialogues_are_points_of_the_environments_episodes(keywords: dict[str, Any]) -> None:
    game = {**keywords, "max_attempts": 2, "split": "train"}
    seeds = seeds_of(8)
    dialogues = GAME.open(GAME.dealer(**game, **SHOWN), seeds)
    env = VIRLNavigationTextEnv(template="compact", **GAME.keywords, **game, **SHOWN)
    for seed, dialogue in zip(seeds.tolist(), dialogues):
        _, info = env.reset(options={"episode_seed": seed})
        step = dialogue.judge.args[0]
        while env.steps[env.at] is not step and env.steps[env.at] != step:
            _, _, done, _, info = env.step(env.expert_action())
            assert not done
        text, picture = read_chat(info["messages"])
        assert text == dialogue.prompt
        assert (picture == dialogue.draw()).all()
        words = GAME.encode(text)
        assert words[: GAME.tokens] == [SIGHT] * 64
        assert SIGHT not in words[64:]
        assert GAME.words.index(UNKNOWN) not in words


@pytest.mark.parametrize("as_file", [False, True])
def test_a_city_of_ones_own_is_seen(as_file: bool, tmp_path: Path) -> None:
    own: City | Path = virl_env.synthetic_city("organic", 5, name="own town")
    assert isinstance(own, City)
    if as_file:
        virl_env.save_city(own, tmp_path / "own.npz")
        own = tmp_path / "own.npz"
    game = {"city": own, "routes": 3, "max_attempts": 1}
    seeds = seeds_of(3)
    env = VIRLNavigationTextEnv(template="compact", **GAME.keywords, **game)
    for seed, dialogue in zip(seeds.tolist(), GAME.open(GAME.dealer(**game), seeds)):
        _, info = env.reset(options={"episode_seed": seed})
        while env.steps[env.at] != dialogue.judge.args[0]:
            *_, done, _, info = env.step(env.expert_action())
            assert not done
        _, picture = read_chat(info["messages"])
        assert (picture == dialogue.draw()).all()


def test_every_message_is_in_the_words_of_the_game() -> None:
    env = VIRLNavigationTextEnv(template="compact", directions="random", **GAME.keywords, **SHOWN)
    unknown, longest = GAME.words.index(UNKNOWN), 0
    for seed in range(20):
        _, info = env.reset(seed=seed)
        done = False
        while not done:
            reply = env.expert_action()
            assert GAME.decode(GAME.encode(reply)) == reply
            words = GAME.encode(read_chat(info["messages"])[0] + reply)
            assert unknown not in words
            longest = max(longest, len(words))
            _, _, done, _, info = env.step(reply)
    assert 64 + 40 < longest <= 64 + 110


def test_demonstrations_show_the_pictures_of_their_own_points() -> None:
    plain = demonstrate(4, rules=("absolute", "random"), split="train")
    shown = replace(plain, keywords={**plain.keywords, **SHOWN})
    words, starts, ends, draws = write_out(GAME, shown)
    assert len(words) == len(draws) == (plain.actions > 0).sum()
    assert (words[:, :64] == SIGHT).all()
    assert ((ends - starts) > 8).all()
    compass = GAME.words.index("facing")
    for row, draw in zip(words.tolist(), draws):
        front = draw()[0, 0, :2].astype(int)
        bearing = int(256 * front[0] + front[1])
        facing = GAME.words[row[row.index(compass) + 1]]
        nearest = ("north", "northeast", "east", "southeast", "south", "southwest", "west")
        assert facing == (*nearest, "northwest")[round(bearing / 45) % 8]


def test_both_kinds_of_training_run_and_the_agent_plays() -> None:
    plain = demonstrate(4, rules=("random",), split="train")
    shown = replace(plain, keywords={**plain.keywords, **SHOWN})
    model = small_model()
    learner = SFT(model, shown, SFTConfig(batch=16))
    losses = [learner.step()["loss"] for _ in range(12)]
    assert losses[-1] < losses[0] - 0.5
    game = {"directions": "random", "split": "train", **SHOWN}
    training = PPO(model, PPOConfig(episodes=8, batch=8), **game)
    before = training.model.eye.out.weight.clone()
    assert training.step()["kl"] == pytest.approx(0, abs=1e-4)
    assert not torch.equal(before, training.model.eye.out.weight)
    played = play(model, GAME.dealer(**game), range(4))
    assert played.pictures.shape == (4, 128, 128, 3)

    env = VIRLNavigationTextEnv(template="compact", max_attempts=1, **GAME.keywords, **game)
    _, info = env.reset(seed=0)
    (reply,) = TinyLMAgent(model).act([""], {"messages": [info["messages"]]})
    words, *_ = model.generate(
        [GAME.encode(read_chat(info["messages"])[0])], pictures=pictured(info)
    )
    assert GAME.encode(reply) == [word for word in words[0].tolist() if word]


def pictured(info: dict[str, Any]) -> torch.Tensor:
    return torch.from_numpy(read_chat(info["messages"])[1][None].copy())


def test_another_look_is_another_run() -> None:
    def learner(**keywords: Any) -> PPO:
        return PPO(small_model(), PPOConfig(episodes=4, batch=4), **keywords)

    state = learner(look={"night": 1}).state()
    learner(look={"night": 1}).resume(state)
    with pytest.raises(ValueError, match="Resume with the arguments"):
        learner(look={"night": 2}).resume(state)


def test_saved_weights_ask_for_the_pictures_that_they_were_trained_on(tmp_path: Path) -> None:
    model = small_model()
    learner = SFT(model, demonstrate(2, rules=("absolute",)), SFTConfig(batch=4))
    save_state(tmp_path / "sft.pt", learner.state())
    who = saved_player(tmp_path / "sft.pt")
    assert (who.task, who.interface) == ("VIRLNavigation", "-Text")
    assert who.keywords == {"template": "compact", "images": True, "image_size": 64}
    game = {**who.keywords, "turns": [0, 0], "max_attempts": 1}
    (played,) = rollouts.play(who.make, "VIRLNavigation-Text-OOD-v0", game, [2**61])
    assert played.replies
    blind = {**game, "images": False, "image_size": 64}
    with pytest.raises(ValueError, match="images=True"):
        rollouts.play(who.make, "VIRLNavigation-Text-OOD-v0", blind, [2**61])
