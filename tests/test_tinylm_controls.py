"""What controls change in the training of TinyLM, against sums that are written out."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch

from agents.demonstrations import Mixture
from agents.gp.demonstrations import demonstrate
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
    TinyLMConfig,
)
from agents.tinylm.learn import write_out
from agents.tinylm.ppo import play
from gp_env.config import GameConfig
from gp_env.deal import Dealer

ONE_HAND: dict[str, Any] = {"hand": (10, 10, 5, 1), "rule": "ten"}


def small_model(seed: int = 0) -> TinyLM:
    torch.manual_seed(seed)
    return TinyLM(TinyLMConfig(width=32, layers=2, heads=2))


@pytest.fixture(scope="module")
def demonstrations() -> Any:
    return demonstrate(48, seed=3, rule="random", split="train")


def moved(learner: SFT) -> list[torch.Tensor]:
    """Return the gradients of the next step, before they are clipped."""
    found: list[torch.Tensor] = []

    def keep(losses: Any) -> float:
        for loss in losses:
            loss.backward()
        found.extend(w.grad.clone() for w in learner.model.parameters() if w.grad is not None)
        return 0.0

    learner._descend = keep  # type: ignore[method-assign]
    learner.step()
    return found


@pytest.mark.parametrize("other", [{}, {"kl_weight": 0.3}, {"dft": True}])
def test_accumulated_gradients_are_those_of_the_large_batch(
    demonstrations: Any, other: dict[str, Any]
) -> None:
    def gradients(micro_batch: int | None) -> list[torch.Tensor]:
        config = SFTConfig(batch=20, micro_batch=micro_batch, **other)
        learner = SFT(small_model(), demonstrations, config)
        if "kl_weight" in other:
            learner.model.load_state_dict(small_model(1).state_dict())
        return moved(learner)

    whole = gradients(None)
    assert any(part.abs().max() > 1e-4 for part in whole)
    # Replies differ in length, so parts of seven and the last of six count by their words.
    for one, other_part in zip(gradients(7), whole, strict=True):
        torch.testing.assert_close(one, other_part, atol=1e-7, rtol=1e-4)


@pytest.mark.parametrize("config", [{"kl_weight": 0.3}, {"dft": True}])
def test_the_loss_is_the_sum_word_by_word(demonstrations: Any, config: dict[str, Any]) -> None:
    first = small_model()
    learner = SFT(copy.deepcopy(first), demonstrations, SFTConfig(batch=4, **config))
    learner.model.load_state_dict(small_model(1).state_dict())
    policy = copy.deepcopy(learner.model)
    words, starts, ends, _ = write_out(first.game, demonstrations)
    losses = []
    for row in range(4):
        text = words[row : row + 1, : ends[row]].long()
        with torch.no_grad():
            logits, before = (model(text)[0][0].double() for model in (policy, first))
        for place in range(int(starts[row]), int(ends[row])):
            probabilities = logits[place - 1].softmax(-1).numpy()
            asked = before[place - 1].softmax(-1).numpy()
            right = probabilities[text[0, place]]
            loss = -np.log(right) * (right if config.get("dft") else 1.0)
            kl = (probabilities * np.log(probabilities / asked)).sum()
            losses.append(loss + config.get("kl_weight", 0.0) * kl)
    assert learner.step()["loss"] == pytest.approx(np.mean(losses), rel=1e-4)
    # A pass of the first weights is counted as one of sampling.
    assert learner.sampled_words == (learner.trained_words if "kl_weight" in config else 0)


def test_advantages_of_a_group_are_relative_to_it() -> None:
    learner = GRPO(small_model(), GRPOConfig(episodes=12, batch=12, epochs=1, group=4))
    numbers = list(learner._episodes(range(12, 24)))
    assert numbers == [3] * 4 + [4] * 4 + [5] * 4
    played = play(learner.model, Dealer(GameConfig.make(max_attempts=1)), numbers)
    earned = [5.0, -1.0, -1.0, -3.0, 5.0, 5.0, 5.0, 5.0, -3.0, -3.0, -1.0, -3.0]
    rewards = torch.zeros_like(played.rewards)
    rewards[:, -1] = torch.tensor(earned)
    played = played._replace(rewards=rewards)
    gains = learner._gains(played, rewards)
    assert gains.shape == rewards.shape
    for row, total in enumerate(earned):
        group = earned[row // 4 * 4 : row // 4 * 4 + 4]
        expected = (total - np.mean(group)) / (np.std(group, ddof=1) + 1e-6)
        assert gains[row].tolist() == pytest.approx([expected] * gains.shape[1], abs=1e-5)
    # The hands of a group are one hand, and values play no part.
    assert all(torch.equal(played.words[row][:13], played.words[0][:13]) for row in range(4))
    before = copy.deepcopy(learner.model.value_head.weight)
    learner.step()
    torch.testing.assert_close(learner.model.value_head.weight, before, atol=1e-6, rtol=0.0)
    with pytest.raises(ValueError, match="group=5 do not share out episodes=12"):
        GRPO(small_model(), GRPOConfig(episodes=12, group=5))


def test_right_replies_of_the_first_weights_are_taught_and_no_others() -> None:
    model, shown = small_model(), demonstrate(8, solutions="first", **ONE_HAND)
    SFT(model, shown, SFTConfig(batch=8, learning_rate=3e-3)).train(8 * 60)
    config = RejectionConfig(batch=4, episodes=24, seed=5)
    learner = RejectionSFT(copy.deepcopy(model), config, max_attempts=2, **ONE_HAND)
    dealer = Dealer(GameConfig.make(max_attempts=2, **ONE_HAND))
    generator = torch.Generator().manual_seed(5)
    expected = play(model, dealer, range(24), 5, 1.0, generator)
    learner._sample()
    won = [row for row in range(24) if expected.outcomes[row] == "correct"]
    assert 0 < len(won) < 24
    words, starts, ends, _ = learner._kept
    assert len(words) == len(won)
    for kept, row in enumerate(won):
        taught = words[kept, starts[kept] : ends[kept]].tolist()
        text = [index for index in expected.words[row].tolist() if index]
        assert words[kept, : ends[kept]].tolist() == text
        # Of two attempts the last alone: it starts behind the end of the first.
        assert taught.count(model.game.end) == 1
        assert taught[-1] == model.game.end
        assert expected.chosen[row, starts[kept] : ends[kept]].all()
        assert not expected.chosen[row, starts[kept] - 1]
    assert learner.sampled_words == expected.sampled_words
    for _ in range(3):
        learner.step()
    # It goes on sampling from the first weights, whatever it has learned.
    assert torch.equal(learner._models["first_model"].head.weight, model.head.weight)
    assert not torch.equal(learner.model.head.weight, model.head.weight)


def test_a_model_that_never_wins_samples_and_is_not_taught() -> None:
    learner = RejectionSFT(small_model(), RejectionConfig(batch=4, episodes=4), split="train")
    assert learner.step() == {"success": 0.0}
    assert (learner.seen, learner.updates, learner.trained_words) == (4, 0, 0)
    assert learner.sampled_words > 4 * 13


def test_a_mixture_teaches_one_of_each_kind_in_turn(demonstrations: Any) -> None:
    other = demonstrate(40, seed=4, rule="ten", split="train")
    game, mixture = small_model().game, Mixture((demonstrations, other))
    words, starts, *_ = write_out(game, mixture)
    assert len(words) == len(mixture) == 80
    for kind, part in enumerate(mixture.parts):
        alone, *_ = write_out(game, part)
        for row in (0, 1, 39):
            size = int((alone[row] != 0).sum())
            assert torch.equal(words[2 * row + kind][:size], alone[row][:size])
    assert str(mixture) == f"{demonstrations} and {other}"
    assert starts.shape == (80,)


def test_grpo_is_ppo_with_other_advantages() -> None:
    models = small_model(), small_model()
    ppo = PPO(
        models[0],
        PPOConfig(episodes=8, batch=8, epochs=1, entropy_weight=0.0, value_weight=0.0),
        **ONE_HAND,
    )
    grpo = GRPO(models[1], GRPOConfig(episodes=8, batch=8, epochs=1, group=8), **ONE_HAND)
    ppo._gains = grpo._gains  # type: ignore[method-assign]
    ppo._episodes = grpo._episodes  # type: ignore[method-assign]
    assert ppo.step() == grpo.step()
    assert torch.equal(models[0].head.weight, models[1].head.weight)


def test_checkpoints_of_before_there_were_these_settings_go_on() -> None:
    assert str(SFTConfig()) == "SFTConfig(batch=64, learning_rate=0.002, decay=None)"
    assert str(SFTConfig(dft=True)).endswith("decay=None, dft=True)")
    assert "kl_weight=0.1, episodes=512" in str(RejectionConfig(kl_weight=0.1))
