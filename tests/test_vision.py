"""Pictures in chats, the eye that makes tokens of them, and TinyLM reading with it."""

from __future__ import annotations

import base64
import io
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from agents import games
from agents.gp.demonstrations import demonstrate
from agents.gp.dialogues import GAME as WORDS
from agents.tinylm import PPO, SFT, PPOConfig, SFTConfig, TinyLM, TinyLMAgent, TinyLMConfig
from agents.tinylm.game import UNKNOWN, Dialogue
from agents.tinylm.learn import write_out
from agents.tinylm.ppo import play
from agents.vision.cards import GAME as CARDS
from agents.vision.chats import digest, parts_of, picture_at, picture_digests, without_pictures
from agents.vision.eye import PICTURE, SIGHT, Eye, draw_all
from agents.vision.game import InPictures
from agents.writer import read_chat
from benchmarks.replies import Asked
from gp_env.deck import RANK_NAMES
from gp_env.pictures.look import draw_look
from gp_env.pictures.table import draw_table
from gp_env.text import build_reply
from gp_env.text_env import GeneralPointsTextEnv
from shiftgym.mixer import episode_seeds

COLOURS = {"red": (220, 30, 30), "green": (30, 200, 40), "blue": (40, 60, 230)}
NAMES = tuple(COLOURS)


def paint(*names: str) -> np.ndarray:
    """Paint a stripe of 12 x 12 pixels for each colour."""
    stripes = [np.full((12, 12, 3), COLOURS[name], dtype=np.uint8) for name in names]
    return np.concatenate(stripes, axis=1)


def colours(seed: int) -> tuple[str, str]:
    return NAMES[seed % 3], NAMES[seed // 3 % 3]


class Stripes(InPictures):
    """Asks which two colours are seen, forth (in their order) or back."""

    shape, patch = (12, 24), 12

    def __init__(self) -> None:
        super().__init__(("say", "."), (*NAMES, "forth", "back", "wrong"), 4)

    def demonstrated(self, demonstrations: Any) -> Iterator[tuple[Any, ...]]:
        for seed in demonstrations:
            opening = self.open(None, np.array([seed]))[0]
            yield opening.prompt, answer(seed), opening.draw

    def dealer(self, **keywords: Any) -> Any:
        return SimpleNamespace(config=SimpleNamespace(**keywords))

    def open(self, dealer: Any, seeds: Any) -> list[Dialogue]:
        return [
            Dialogue(PICTURE + order(seed), partial(judge, seed), partial(paint, *colours(seed)))
            for seed in seeds.tolist()
        ]


def order(seed: int) -> str:
    return "back" if seed // 9 % 2 else "forth"


def answer(seed: int) -> str:
    seen = colours(seed)[:: -1 if order(seed) == "back" else 1]
    return f"say {' '.join(seen)}."


def judge(seed: int, reply: str, left: int) -> tuple[str, float, str]:
    right = reply == answer(seed)
    return ("correct", 1.0, "") if right else ("wrong", -1.0, "wrong")


@pytest.fixture(autouse=True)
def _stripes(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)
    module = ModuleType("stripes")
    module.GAME = Stripes()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "stripes", module)
    monkeypatch.setitem(games.MODULES, "stripes", "stripes")


def small_model(seed: int = 0) -> TinyLM:
    torch.manual_seed(seed)
    return TinyLM(TinyLMConfig(width=32, layers=2, heads=2, context=32, game="stripes"))


def success_rate(model: TinyLM) -> float:
    dealer = model.game.dealer(max_attempts=1)
    return play(model, dealer, range(60), seed=9).outcomes.count("correct") / 60


def data_url(picture: np.ndarray, **how: Any) -> str:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG", **how)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def chat_of(text: str, picture: np.ndarray, **how: Any) -> list[dict[str, Any]]:
    url = {"url": data_url(picture, **how)}
    parts = [{"type": "text", "text": text}, {"type": "image_url", "image_url": url}]
    return [{"role": "system", "content": "Look."}, {"role": "user", "content": parts}]


# Pictures in chats


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 99))
def test_a_picture_survives_its_way_through_a_message(height, width, seed):
    picture = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    _, user = chat_of("Which?", picture)
    text, received = parts_of(user["content"])
    assert text == "Which?"
    assert (received == picture).all()
    assert received.shape == picture.shape


@pytest.mark.parametrize("broken", ["http://x/y.png", "data:image/png;base64,####", "truncated"])
def test_what_is_no_picture_is_refused(broken):
    whole = data_url(paint("red", "blue"))
    url = whole[: len(whole) // 2 // 4 * 4 + 2] if broken == "truncated" else broken
    with pytest.raises(ValueError, match="Expected a picture as data:image/png"):
        picture_at(url)


def test_a_part_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="got 'input_audio'"):
        list(parts_of([{"type": "input_audio"}]))


def test_digests_are_of_pixels_and_not_of_files():
    red, blue = paint("red"), paint("blue")
    assert digest(red) != digest(blue)
    assert digest(red) != digest(red.reshape(6, 24, 3))
    small, large = (
        chat_of("Which?", red, compress_level=9),
        chat_of("Which?", red, compress_level=0),
    )
    assert small != large
    assert without_pictures(small) == without_pictures(large)
    assert picture_digests(small) == [digest(red)]
    assert Asked.of(small) == Asked.of(large)
    assert Asked.of(small).digest != Asked.of(chat_of("Which?", blue)).digest
    assert Asked.of(small).digest != Asked.of(chat_of("What?", red)).digest
    assert "base64" not in str(without_pictures(small))


def test_messages_without_pictures_stay_as_they_are():
    chat = [{"role": "user", "content": "hello"}]
    assert without_pictures(chat) == chat
    assert picture_digests(chat) == []


# The eye


def test_a_token_is_of_its_patch_and_a_little_around_it():
    torch.manual_seed(0)
    eye = Eye((48, 60), 12, width=16)
    pictures = torch.randint(0, 256, (2, 48, 60, 3), dtype=torch.uint8)
    tokens = eye(pictures)
    assert tokens.shape == (2, 4 * 5, 16)
    changed = pictures.clone()
    changed[1, 40:, 50:] = 255 - changed[1, 40:, 50:]
    differs = (eye(changed) != tokens).any(dim=-1)
    assert not differs[0].any()
    assert differs[1, -1]
    assert differs[1].view(4, 5)[:2, :3].sum() == 0


@pytest.mark.parametrize(
    "shape, patch", [((84, 80), 12), ((84, 84), 21), ((8, 8), 1), ((6, 6), 12)]
)
def test_pictures_that_no_patches_cover_are_refused(shape, patch):
    with pytest.raises(ValueError, match="patch"):
        Eye(shape, patch, 16)


def test_a_picture_of_another_size_is_refused():
    with pytest.raises(
        ValueError, match=r"sees pictures of shape \(12, 24, 3\); got \(24, 24, 3\)"
    ):
        small_model().eye(torch.zeros((1, 24, 24, 3), dtype=torch.uint8))


# TinyLM, seeing


def test_the_picture_stands_in_front_of_the_words():
    game = Stripes()
    assert game.encode(PICTURE + "forth") == [SIGHT, SIGHT, *game.encode("forth")]
    assert game.encode("forth") == [game.words.index("forth")]


def test_the_cache_sees_what_a_full_pass_sees():
    model = small_model(1)
    draws = [("red", "blue"), ("blue", "red"), ("green", "green")]
    pictures = torch.from_numpy(np.stack([paint(*names) for names in draws]))
    texts = [model.game.encode(PICTURE + text) for text in ("forth", "back", "back forth")]
    words, sizes, log_probs, values = model.generate(
        texts, 1.0, torch.Generator().manual_seed(1), max_words=5, pictures=pictures
    )
    for row, text in enumerate(texts):
        reply = words[row, : sizes[row]].tolist()
        with torch.no_grad():
            whole = torch.tensor([text + reply])
            logits, full_values = model(whole, len(text) - 1, pictures[row : row + 1])
        expected = logits[0, :-1].log_softmax(-1).gather(1, torch.tensor(reply)[:, None])[:, 0]
        torch.testing.assert_close(log_probs[row, : len(reply)], expected, atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(
            values[row, : len(reply)], full_values[0, :-1], atol=1e-5, rtol=1e-4
        )


def test_imitation_learns_to_say_what_is_seen():
    model = small_model()
    assert success_rate(model) == 0
    learner = SFT(model, range(18), SFTConfig(batch=18, learning_rate=3e-3))
    first = learner.step()["loss"]
    learner.train(18 * 150)
    assert success_rate(model) == 1
    assert first > 1.5
    agent = TinyLMAgent(model)
    chats = [chat_of("back", paint("red", "green")), chat_of("forth", paint("red", "green"))]
    seen = {"messages": [[chat[1]] for chat in chats]}
    assert agent.act([], seen) == ["say green red.", "say red green."]


def test_reinforcement_learns_from_what_is_seen():
    model = small_model()
    SFT(model, range(18), SFTConfig(batch=18, learning_rate=3e-3)).train(18 * 25)
    learner = PPO(model, PPOConfig(episodes=64, batch=32, learning_rate=2e-3), max_attempts=1)
    logged: list[dict[str, float]] = []
    learner.train(64 * 30, on_step=logged.append)
    assert logged[0]["kl"] == pytest.approx(0, abs=1e-4)
    rewards = [step["reward"] for step in logged]
    # Who does not look is right in a ninth of the episodes at best: a reward of -0.8.
    assert np.mean(rewards[-3:]) > np.mean(rewards[:3]) + 0.4
    assert np.mean(rewards[-3:]) > 0


def test_tokens_of_pictures_count_as_words_that_were_trained_on():
    learner = SFT(small_model(), range(6), SFTConfig(batch=6))
    learner.step()
    # Two tokens of the picture, one word that asks, four that reply.
    assert learner.trained_words == 6 * (2 + 1 + 4)


@pytest.mark.parametrize("kind", ["sft", "ppo"])
def test_a_run_that_was_killed_goes_on_bit_for_bit(kind, tmp_path):
    def learner() -> SFT | PPO:
        if kind == "sft":
            return SFT(small_model(), range(18), SFTConfig(batch=8))
        return PPO(small_model(), PPOConfig(episodes=16, batch=8), max_attempts=1)

    straight = learner()
    for _ in range(6):
        straight.step()
    file = tmp_path / "run.pt"
    learner().train(straight.seen // 2, checkpoint=file)
    again = learner()
    again.train(straight.seen, checkpoint=file)
    assert again.updates == straight.updates
    for ours, theirs in zip(again.model.parameters(), straight.model.parameters()):
        assert torch.equal(ours, theirs)
    loaded = TinyLM.load(file)
    assert torch.equal(loaded.eye.out.weight, straight.model.eye.out.weight)


def test_a_chat_with_two_pictures_is_refused():
    chat = chat_of("back", paint("red", "green"))
    with pytest.raises(ValueError, match="this one has 2"):
        TinyLMAgent(small_model()).act([], {"messages": [[*chat, chat[1]]]})


# The card game, seen


def test_hands_are_those_of_the_card_game_and_their_tables() -> None:
    seeds = episode_seeds(*np.zeros((2, 6), dtype=np.uint64), np.arange(6, dtype=np.uint64))
    keywords = {"rule": "random", "suits": "red", "split": "test", "max_attempts": 2}
    seen = CARDS.open(CARDS.dealer(look="random", **keywords), seeds)
    told = WORDS.open(WORDS.dealer(**keywords), seeds)
    for seed, dialogue, twin in zip(seeds.tolist(), seen, told):
        hand, rule, *_ = dialogue.judge.args
        assert (hand, rule) == twin.judge.args[:2]
        named = f"Cards: {' '.join(RANK_NAMES[rank] for rank in hand.ranks)}."
        assert twin.prompt.startswith(named)
        assert dialogue.prompt == PICTURE + twin.prompt.replace(named, "Cards: pictured.")
        expected = draw_table(hand.ranks, hand.suits, 84, draw_look(seed), seed)
        assert (dialogue.draw() == expected).all()
        words = CARDS.encode(dialogue.prompt)
        assert words[:49] == [SIGHT] * 49
        assert CARDS.words.index(UNKNOWN) not in words
        other = [rank % 13 + 1 for rank in hand.ranks]
        for cards, outcome in ((hand.ranks, "wrong_numbers"), (other, "misread_cards")):
            formula = "+".join(["1"] * (len(hand.ranks) + 1))
            reply = build_reply(cards, rule, formula)
            assert dialogue.judge(reply, 1)[0] == outcome
            assert dialogue.judge(reply, 1)[2].startswith(outcome.replace("_", " "))


def test_demonstrations_show_their_own_hands() -> None:
    plain = demonstrate(12, rule="random", split="train", wrong_attempts=1)
    words, starts, ends, draws = write_out(CARDS, plain)
    for row, (text, draw) in enumerate(zip(words.tolist(), draws)):
        hand = plain.hand(row)
        assert (draw() == draw_table(hand.ranks, hand.suits, 84)).all()
        assert text[:50] == [SIGHT] * 49 + [CARDS.words.index("Cards")]
        reply = CARDS.decode(text[starts[row] : ends[row]])
        assert reply == build_reply(hand, plain.scoring_rule(row), plain.formulas(row)[-1])
    noisy = replace(plain, keywords={**plain.keywords, "look": {"noise": 3}})
    *_, other = write_out(CARDS, noisy)
    assert (other[0]() != draws[0]()).any()


def test_play_is_that_of_the_environment() -> None:
    torch.manual_seed(5)
    model = TinyLM(TinyLMConfig(width=32, layers=2, heads=2, game="cards-images"))
    game = {"rule": "rank", "max_attempts": 2, "split": "test", "look": "random"}
    played = play(model, CARDS.dealer(**game), range(5), seed=4)
    env = GeneralPointsTextEnv(template="compact", **CARDS.keywords, **game)
    agent = TinyLMAgent(model)
    _, info = env.reset(seed=4)
    for row in range(5):
        earned, over = 0.0, False
        while not over:
            _, picture = read_chat(info["messages"])
            assert (played.pictures[row].numpy() == picture).all()
            (reply,) = agent.act([""], {"messages": [info["messages"]]})
            _, reward, over, _, info = env.step(reply)
            earned += reward
        assert played.rewards[row].sum() == earned
        assert played.outcomes[row] == info["outcome"]
        text, _ = read_chat(info["messages"][:-1])
        assert [word for word in played.words[row].tolist() if word] == CARDS.encode(text)
        _, info = env.reset()


def test_both_kinds_of_training_see_tables() -> None:
    torch.manual_seed(0)
    model = TinyLM(TinyLMConfig(width=32, layers=2, heads=2, game="cards-images"))
    SFT(model, demonstrate(16), SFTConfig(batch=16)).train(48)
    learner = PPO(model, PPOConfig(episodes=8, batch=8, epochs=1), look="random", max_attempts=2)
    before = model.eye.layers[0].weight.clone()
    assert learner.step()["kl"] == pytest.approx(0, abs=1e-4)
    assert not torch.equal(before, model.eye.layers[0].weight)
    assert "look=random" in learner.state()["settings"]


@pytest.mark.slow
def test_imitation_learns_to_read_cards() -> None:
    torch.manual_seed(0)
    model = TinyLM(TinyLMConfig(width=64, game="cards-images"))
    shown = demonstrate(16_000, rule="random", split="train", solutions="first")
    SFT(model, shown).train(16_000)
    held_out = list(CARDS.demonstrated(demonstrate(128, rule="random", split="test")))
    words, lengths, *_ = model.generate(
        [CARDS.encode(before) for before, *_ in held_out],
        pictures=draw_all([draw for *_, draw in held_out]),
    )
    replies = [CARDS.decode(row[:size]) for row, size in zip(words.tolist(), lengths.tolist())]
    read = [
        json.loads(reply)["cards"] == json.loads(right)["cards"]
        for reply, (_, right, _) in zip(replies, held_out)
    ]
    assert np.mean(read) > 0.95
