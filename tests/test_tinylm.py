import copy
import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import agents.tinylm
from agents.gp.demonstrations import demonstrate
from agents.gp.dialogues import GAME
from agents.sb3.checkpoint import load_state, save_state
from agents.tinylm import (
    GRPO,
    PPO,
    SFT,
    GRPOConfig,
    PPOConfig,
    RejectionConfig,
    RejectionSFT,
    SFTConfig,
    TinyLM,
    TinyLMAgent,
    TinyLMConfig,
)
from agents.tinylm.game import UNKNOWN
from agents.tinylm.learn import divergence, write_out
from agents.tinylm.ppo import play
from benchmarks.speed.tinylm import measure
from gp_env import Outcome, build_prompt
from gp_env.config import GameConfig
from gp_env.deal import Dealer
from gp_env.rules import Rule
from gp_env.text import COMPACT, build_reply, judge_reply
from gp_env.text_env import GeneralPointsTextEnv
from gp_env.verifier import Verdict
from shiftgym.prompts import build_feedback

ID = {word: index for index, word in enumerate(GAME.words)}
SMALL = TinyLMConfig(width=32, layers=2, heads=2)
RANKS = st.integers(1, 19)
VALUES = st.integers(1, 19)
ONE_HAND = {"hand": (10, 10, 5, 1), "rule": "ten"}


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def small_model(seed: int = 0, **shape) -> TinyLM:
    torch.manual_seed(seed)
    return TinyLM(TinyLMConfig(**{**vars(SMALL), **shape}))


def prompt(*ranks: int) -> list[int]:
    return GAME.encode(build_prompt(ranks, template=COMPACT))


def success_rate(model: TinyLM, episodes: int, **game) -> float:
    outcomes = play(model, Dealer(GameConfig.make(**game)), range(episodes)).outcomes
    return outcomes.count(Outcome.CORRECT) / episodes


@pytest.fixture(scope="module")
def demonstrations():
    return demonstrate(64, seed=3, rule="random", split="train")


@pytest.fixture(scope="module")
def winner():
    """A model that has learned a single hand; not to be changed."""
    model, taught = small_model(), demonstrate(8, solutions="first", max_attempts=1, **ONE_HAND)
    SFT(model, taught, SFTConfig(batch=8, learning_rate=3e-3)).train(8 * 60)
    return model


# Words


@given(st.lists(RANKS, min_size=3, max_size=6), st.tuples(VALUES, VALUES, VALUES))
def test_every_message_of_the_compact_template_is_in_the_vocabulary(ranks, rule):
    messages = [build_prompt(ranks, rule, target, template=COMPACT) for target in (1, 24, 100)]
    messages += [build_prompt(ranks, rule, images=True, template=COMPACT)]
    for outcome in Outcome:
        messages += [
            build_feedback(Verdict.of(outcome, target=24), left, COMPACT) for left in range(10)
        ]
    assert ID[UNKNOWN] not in GAME.encode(" ".join(messages))


@given(st.lists(RANKS, min_size=3, max_size=6), st.tuples(VALUES, VALUES, VALUES))
def test_a_reply_of_the_game_survives_being_split_into_words(ranks, rule):
    formula = "*".join(map(str, Rule(*rule).values(ranks))) + "-(1+2)/3"
    reply = build_reply(ranks, rule, formula)
    assert GAME.decode(GAME.encode(reply)) == reply


@given(st.lists(st.integers(0, len(GAME.words) - 1), max_size=40))
def test_any_words_become_text_that_can_be_judged_and_read_back(ids):
    text = GAME.decode(ids)
    assert GAME.encode(text) == [index for index in ids if index]
    judge_reply(text, (5, 13, 2, 7))


def test_a_prompt_is_short_and_what_is_not_a_word_is_unknown():
    assert len(prompt(5, 13, 2, 7)) == 13
    assert GAME.encode("Cards: zebra 101") == [ID["Cards"], ID[UNKNOWN], ID[UNKNOWN]]


def test_neighbouring_numbers_never_join():
    numbers = [ID["5"], ID["10"]]
    assert GAME.decode(numbers) == "5, 10"
    assert GAME.decode([ID['], "formula": "'], *numbers]) == '], "formula": "5 10'


# Model


@given(st.integers(0, 100), st.lists(st.integers(3, 12), min_size=1, max_size=6))
@settings(max_examples=15, deadline=None)
def test_the_cache_writes_what_a_full_pass_for_each_word_writes(seed, lengths):
    model = small_model(seed)
    draws = np.random.default_rng(seed)
    prompts = [draws.integers(2, len(GAME.words), size).tolist() for size in lengths]
    words, sizes, log_probs, values = model.generate(
        prompts, 1.0, torch.Generator().manual_seed(seed), max_words=12
    )
    for row, text in enumerate(prompts):
        size = int(sizes[row])
        reply = words[row, :size].tolist()
        assert size == 12 or reply[-1] == GAME.end
        assert GAME.end not in reply[:-1]
        assert not words[row, size:].any()
        with torch.no_grad():
            logits, full_values = model(torch.tensor([text + reply]), len(text) - 1)
        expected = logits[0, :-1].log_softmax(-1).gather(1, torch.tensor(reply)[:, None])[:, 0]
        torch.testing.assert_close(log_probs[row, :size], expected, atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(values[row, :size], full_values[0, :-1], atol=1e-5, rtol=1e-4)


def test_rows_that_end_early_leave_the_batch_and_the_others_go_on():
    model = small_model(1)
    torch.nn.init.zeros_(model.head.weight)
    with torch.no_grad():
        # Greedy: whoever sees word 7 ends at once, the others write word 8 indefinitely.
        model.embed.weight[7], model.embed.weight[8] = 1.0, -1.0
        model.embed.weight[7, ::2], model.embed.weight[8, ::2] = -1.0, 1.0
        model.place.weight.zero_()
        for block in model.blocks:
            block.mix_out.weight.zero_(), block.down.weight.zero_(), block.down.bias.zero_()
        model.head.weight[GAME.end], model.head.weight[8] = (
            model.embed.weight[7],
            model.embed.weight[8],
        )
    words, lengths, *_ = model.generate([[3, 7], [3, 8], [3, 4, 7]], max_words=5)
    assert lengths.tolist() == [1, 5, 1]
    assert words.tolist() == [[GAME.end, 0, 0, 0, 0], [8] * 5, [GAME.end, 0, 0, 0, 0]]


def test_greedy_replies_agree_with_full_passes_and_draws_follow_the_generator():
    model = small_model()
    assert measure(batch=4, rounds=1)[-1]["unit"] == "x"
    draws = [
        model.generate([prompt(1, 2, 3, 4)] * 8, 1.0, torch.Generator().manual_seed(seed))[0]
        for seed in (0, 0, 1)
    ]
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])


def test_a_dialogue_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="do not fit into a context of 40"):
        small_model(context=40).generate([prompt(1, 2, 3, 4)])


def test_a_game_that_is_unknown_is_refused():
    with pytest.raises(ValueError, match=r"expected one of cards, .*streets"):
        small_model(game="chess")


# Imitation


def test_the_card_game_is_trained_as_it_always_was():
    """Ids of words, first weights and losses: saved weights and published tables hang on them."""
    digest = hashlib.sha256("|".join(GAME.words).encode()).hexdigest()
    assert (len(GAME.words), digest[:16]) == (130, "9b3bd8daef9d7f5a")
    keywords = {"rule": "random", "split": "train", "wrong_attempts": 2}
    learner = SFT(small_model(), demonstrate(96, seed=3, **keywords), SFTConfig(batch=40))
    losses = [learner.step()["loss"] for _ in range(8)]
    assert losses[::7] == pytest.approx([5.138875, 4.931120], rel=1e-4)
    assert learner.trained_words == 26_632


def test_demonstrations_become_dialogues_whose_last_reply_is_taught():
    demonstrations = demonstrate(20, seed=1, rule="random", wrong_attempts=2, max_attempts=4)
    words, starts, ends, _ = write_out(GAME, demonstrations)
    for row in range(20):
        hand, rule = demonstrations.hand(row), demonstrations.scoring_rule(row)
        *_, right = demonstrations.formulas(row)
        text = words[row].tolist()
        opening = GAME.encode(build_prompt(hand, rule, template=COMPACT))
        assert text[: len(opening)] == opening
        assert GAME.decode(text[starts[row] : ends[row]]) == build_reply(hand, rule, right)
        assert not any(text[ends[row] :])
        assert text.count(GAME.end) == 3
        assert [GAME.words[word] for word in text if GAME.words[word] == "wrong"] == ["wrong"] * 2


def test_the_learning_rate_falls_where_it_is_asked_to(demonstrations):
    learner = SFT(small_model(), demonstrations, SFTConfig(batch=16, decay=(32, 64)))
    rates = [(learner.rate(), learner.step())[0] for _ in range(6)]
    assert rates == pytest.approx([2e-3, 2e-3, 2e-3, 1e-3, 0.0, 0.0])


def test_a_penalty_on_divergence_holds_the_first_weights(demonstrations):
    policy, first = torch.randn(2, 5, 7).log_softmax(-1)
    expected = torch.distributions.kl_divergence(
        *(torch.distributions.Categorical(logits=logits) for logits in (policy, first))
    )
    assert divergence(policy, first) == pytest.approx(expected.mean().item(), abs=1e-5)
    assert divergence(policy, policy) == 0
    free, held = (
        PPO(small_model(), PPOConfig(episodes=16, batch=16, epochs=1, kl_weight=weight))
        for weight in (0.0, 0.1)
    )
    for learner in (free, held):
        learner.step()
    # The pass of the first weights is counted as one of sampling.
    assert held.sampled_words == free.sampled_words + free.trained_words


def test_only_the_winning_reply_is_taught(demonstrations):
    learner = SFT(small_model(), demonstrations, SFTConfig(batch=16))
    before = copy.deepcopy(learner.model)
    words, starts, ends, _ = (column[:16] for column in write_out(GAME, demonstrations))
    losses = []
    for row in range(16):
        logits, _ = before(words[row : row + 1, : ends[row] - 1].long(), int(starts[row]) - 1)
        reply = words[row, starts[row] : ends[row]].long()
        losses.append(torch.nn.functional.cross_entropy(logits[0], reply, reduction="none"))
    assert learner.step()["loss"] == pytest.approx(torch.cat(losses).mean().item(), rel=1e-4)
    assert (learner.seen, learner.updates) == (16, 1)
    assert learner.trained_words == int(ends.sum())


def test_imitation_learns_a_single_hand(winner):
    assert success_rate(small_model(), 2, max_attempts=1, **ONE_HAND) == 0
    assert success_rate(winner, 2, max_attempts=1, **ONE_HAND) == 1


# Play


def test_play_is_that_of_the_environment():
    game = {"rule": "rank", "max_attempts": 3, "split": "test"}
    model = small_model(5)
    played = play(model, Dealer(GameConfig.make(**game)), range(6), seed=4)
    agent = TinyLMAgent(model)
    env = GeneralPointsTextEnv(template="compact", **game)
    observation, info = env.reset(seed=4)
    for row in range(6):
        total, done = 0.0, False
        while not done:
            (reply,) = agent.act([observation], {"messages": [info["messages"]]})
            observation, reward, done, _, info = env.step(reply)
            total += reward
        assert played.rewards[row].sum() == total
        assert played.outcomes[row] == info["outcome"]
        texts = [message["content"] for message in info["messages"][:-1]]
        chosen = played.chosen[row]
        assert [i for i in played.words[row].tolist() if i] == GAME.encode("\n".join(texts))
        replies = [index for index in played.words[row][chosen].tolist() if index]
        assert replies == GAME.encode("\n".join(texts[1::2]))
        observation, info = env.reset()


def test_an_agent_without_messages_reads_the_observations():
    model = small_model()
    prompts = [build_prompt(ranks, template=COMPACT) for ranks in ((1, 2, 3, 4), (5, 6, 7, 8, 9))]
    chats = [[{"role": "user", "content": text}] for text in prompts]
    agent = TinyLMAgent(model)
    assert agent.act(prompts, {}) == agent.act(["", ""], {"messages": chats})


# Reinforcement


def test_the_first_update_starts_from_the_policy_that_played():
    learner = PPO(small_model(), PPOConfig(episodes=16, batch=16, epochs=1), split="train")
    logged = learner.step()
    assert logged["kl"] == pytest.approx(0, abs=1e-4)
    assert logged["clipped"] == 0
    assert learner.step()["kl"] != 0
    assert learner.seen == 32
    assert 32 * 13 < learner.trained_words <= learner.sampled_words


def test_reinforcement_learns_to_write_what_is_rewarded():
    game = {"hand": (10, 10, 5, 1), "rule": "ten"}
    model = small_model()
    SFT(model, demonstrate(8, **game), SFTConfig(batch=8, learning_rate=3e-3)).train(8 * 60)
    learner = PPO(model, PPOConfig(episodes=64, batch=32, learning_rate=2e-3), **game)
    rewards = []
    learner.train(64 * 12, on_step=lambda logged: rewards.append(logged["reward"]))
    assert np.mean(rewards[-3:]) > np.mean(rewards[:3]) + 0.5


def test_reinforcement_goes_on_in_the_dialogue():
    learner = PPO(
        small_model(), PPOConfig(episodes=8, batch=8, epochs=1), max_attempts=3, rule="random"
    )
    learner.step()
    single = PPO(small_model(), PPOConfig(episodes=8, batch=8, epochs=1), rule="random")
    single.step()
    assert learner.trained_words > 2 * single.trained_words


# Runs


@pytest.mark.parametrize("kind", ["sft", "ppo", "held sft", "grpo", "rejection"])
def test_a_run_that_was_killed_goes_on_bit_for_bit(kind, demonstrations, winner, tmp_path):
    def learner():
        model = copy.deepcopy(winner if kind in ("grpo", "rejection") else small_model())
        return {
            "sft": lambda: SFT(model, demonstrations, SFTConfig(batch=24)),
            "ppo": lambda: PPO(model, PPOConfig(episodes=16, batch=8), split="train"),
            "held sft": lambda: SFT(
                model, demonstrations, SFTConfig(batch=24, micro_batch=16, kl_weight=0.1)
            ),
            "grpo": lambda: GRPO(model, GRPOConfig(episodes=16, batch=8, group=4), **ONE_HAND),
            "rejection": lambda: RejectionSFT(
                model, RejectionConfig(batch=6, episodes=8), **ONE_HAND
            ),
        }[kind]()

    straight = learner()
    logged = [straight.step() for _ in range(4)]

    file = tmp_path / "run.pt"
    steps: list = []

    def kill(row):
        if len(steps) == 2:
            raise KeyboardInterrupt
        steps.append(row)

    with pytest.raises(KeyboardInterrupt):
        learner().train(10**9, on_step=kill, checkpoint=file, checkpoint_every=1)
    second = learner()
    second.model.load_state_dict(small_model(9).state_dict())
    second.train(straight.seen, on_step=steps.append, checkpoint=file)

    assert steps == logged
    assert second.updates == straight.updates
    assert second.trained_words == straight.trained_words
    for ours, theirs in zip(second.model.parameters(), straight.model.parameters()):
        assert torch.equal(ours, theirs)
    loaded = TinyLM.load(file)
    assert loaded.config == straight.model.config
    assert torch.equal(loaded.head.weight, straight.model.head.weight)


def test_a_run_that_was_stopped_stays_stopped(demonstrations, tmp_path):
    file = tmp_path / "run.pt"
    SFT(small_model(), demonstrations).train(640, on_step=lambda _: True, checkpoint=file)
    again = SFT(small_model(9), demonstrations)
    again.train(640, on_step=lambda _: pytest.fail("It went on."), checkpoint=file)
    assert again.seen == 64
    assert torch.equal(again.model.head.weight, TinyLM.load(file).head.weight)


def test_a_run_that_reached_its_end_can_be_given_a_later_one(demonstrations, tmp_path):
    file = tmp_path / "run.pt"
    SFT(small_model(), demonstrations).train(64, checkpoint=file)
    again = SFT(small_model(), demonstrations)
    again.train(128, checkpoint=file)
    assert again.updates == 2


def test_a_state_older_than_the_choice_of_a_game_is_of_the_card_game(demonstrations, tmp_path):
    learner = SFT(small_model(), demonstrations)
    learner.step()
    state = learner.state()
    state["config"] = {name: state["config"][name] for name in state["config"] if name != "game"}
    save_state(tmp_path / "a.pt", state)
    assert TinyLM.load(tmp_path / "a.pt").config == learner.model.config
    again = SFT(small_model(9), demonstrations)
    again.resume(load_state(tmp_path / "a.pt"))
    assert again.step() == learner.step()


def test_a_checkpoint_of_another_run_is_refused(demonstrations, tmp_path):
    save_state(tmp_path / "a.pt", SFT(small_model(), demonstrations).state())
    with pytest.raises(ValueError, match="Resume with the arguments"):
        PPO(small_model()).resume(load_state(tmp_path / "a.pt"))
    with pytest.raises(ValueError, match="Resume with the arguments"):
        SFT(small_model(width=64), demonstrations).resume(load_state(tmp_path / "a.pt"))


def test_what_a_step_logs_reaches_the_writer(demonstrations):
    class Writer:
        def __init__(self):
            self.rows = []

        def add_scalar(self, tag, value, step):
            self.rows.append((tag, value, step))

    writer = Writer()
    SFT(small_model(), demonstrations, SFTConfig(batch=16)).train(32, writer=writer)
    assert [(tag, step) for tag, _, step in writer.rows] == [("SFT/loss", 16), ("SFT/loss", 32)]


def test_seeds_fix_runs_and_tell_them_apart():
    def weights(seed: int) -> torch.Tensor:
        learner = PPO(small_model(), PPOConfig(episodes=8, batch=8, seed=seed))
        learner.step()
        return learner.model.head.weight

    assert torch.equal(weights(0), weights(0))
    assert not torch.equal(weights(0), weights(1))


def test_the_whole_of_it_stays_small():
    """Lines as they are, docstrings and blank ones included."""
    files = list(Path(agents.tinylm.__file__).parent.glob("*.py"))
    assert len(files) > 4
    assert sum(len(file.read_text("utf-8").splitlines()) for file in files) < 900
