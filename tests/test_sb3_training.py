"""Imitation and reinforcement: they learn, repeat themselves, and survive a kill."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import spaces
from stable_baselines3.common.preprocessing import preprocess_obs

from agents.demonstrations import Transitions
from agents.gp.demonstrations import demonstrate
from agents.sb3.bc import BCConfig, train_bc
from agents.sb3.checkpoint import load_state, save_state
from agents.sb3.model import SB3Agent, build_model, count_weights, load_model, save_model
from agents.sb3.policy import ResidualMLP, ResidualPolicy
from agents.sb3.ppo import PPOConfig, train_ppo
from agents.sb3.slots import CARDS
from agents.sb3.training import Account
from gp_env.observe import FIELDS
from gp_env.vector_env import GeneralPointsVectorEnv
from tests.killed_training import Killed, killer
from tests.validation import success_rate

ACTIONS = spaces.Discrete(26)
EASY: dict[str, Any] = {"num_cards": 3, "hand": (2, 3, 4), "max_attempts": 1}
"""One hand only: what is left to learn is to write one of its formulas."""


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> None:
    torch.set_num_threads(1)


def small(seed: int = 0) -> ResidualPolicy:
    return build_model(FIELDS.space(), ACTIONS, width=32, blocks=1, seed=seed)


def weights(policy: ResidualPolicy) -> dict[str, Any]:
    return {name: weight.clone() for name, weight in policy.state_dict().items()}


def equal(left: dict[str, Any], right: dict[str, Any]) -> bool:
    return all(torch.equal(left[name], right[name]) for name in left)


def vector_env(copies: int = 8, **keywords: Any) -> GeneralPointsVectorEnv:
    keywords = {**EASY, **keywords}
    return GeneralPointsVectorEnv(copies, autoreset_mode="same_step", mask=None, **keywords)


def test_the_first_layer_is_a_linear_layer_over_one_hot_tokens() -> None:
    """Against SB3's own encoding: only the rows of empty slots differ, and they are constants."""
    space = FIELDS.space()
    space.seed(0)
    observations = torch.as_tensor(np.stack([space.sample() for _ in range(50)]))
    network = ResidualMLP(space, width=8, blocks=0)
    one_hot = preprocess_obs(observations, space)
    matrix, rows = network._matrix().detach(), []
    for offset, count in zip(network.offsets.tolist(), space.nvec.tolist()):
        # An empty slot adds nothing.
        rows += [torch.zeros(1, 8), matrix[offset + 1 : offset + count]]
    rows = torch.cat(rows)
    expected = torch.relu(network.norm(one_hot @ rows + network.bias))
    assert torch.allclose(network(observations), expected, atol=1e-5)


def test_other_spaces_are_refused() -> None:
    with pytest.raises(ValueError, match="flat MultiDiscrete"):
        ResidualMLP(spaces.Box(0, 1, (3,)))


def test_unordered_slots_may_be_swapped() -> None:
    network = ResidualMLP(FIELDS.space(), width=8, blocks=1, unordered=CARDS)
    env = vector_env(20, hand=None)
    observations, _ = env.reset(seed=0)
    swapped = observations.copy()
    swapped[:, [0, 1, 2, 6, 7, 8]] = observations[:, [2, 0, 1, 7, 8, 6]]
    assert not np.array_equal(observations, swapped)
    seen, expected = (network(torch.as_tensor(rows)) for rows in (swapped, observations))
    assert torch.allclose(seen, expected, atol=1e-6)
    with pytest.raises(ValueError, match="cannot be unordered"):
        ResidualMLP(FIELDS.space(), unordered=[(0, 7)])


def test_imitation_learns() -> None:
    policy = small()
    train_bc(
        policy,
        demonstrate(400, solutions="first", **EASY).transitions(),
        1_200,
        config=BCConfig(learning_rate=1e-2, batch_size=64, warmup=5),
    )
    assert success_rate(SB3Agent(policy), 50, **EASY) == 1.0


def test_reinforcement_learns() -> None:
    """From a policy that imitation left half-way, for nothing at all wins by chance."""
    policy = small()
    transitions = demonstrate(400, **EASY).transitions()
    config = BCConfig(learning_rate=1e-2, batch_size=64, warmup=5)
    train_bc(policy, transitions, 600, config=config)
    before = success_rate(SB3Agent(policy, deterministic=False), 400, **EASY)
    account = train_ppo(
        policy,
        vector_env(32),
        16_000,
        config=PPOConfig(learning_rate=3e-3, n_steps=32, batch_size=256),
    )
    after = success_rate(SB3Agent(policy, deterministic=False), 400, **EASY)
    assert before < 0.7
    assert after > 0.85
    assert account.tokens_sampled == 16_384
    assert account.tokens_trained == 16_384 * PPOConfig.n_epochs
    assert account.episodes > 1_500


def test_imitation_repeats_itself_and_another_seed_differs() -> None:
    transitions = demonstrate(60).transitions()

    def trained(seed: int) -> dict[str, Any]:
        policy = small()
        train_bc(policy, transitions, 60, seed=seed)
        return weights(policy)

    assert equal(trained(0), trained(0))
    assert not equal(trained(0), trained(1))
    assert not equal(weights(small(0)), weights(small(1)))


def test_each_epoch_shows_every_token_once() -> None:
    count = 37
    seen: list[int] = []

    class Recorder(ResidualPolicy):
        def extract_features(self, obs: Any, features_extractor: Any = None) -> Any:
            seen.extend(obs[:, 0].tolist())
            return super().extract_features(obs, features_extractor)

    policy = small()
    policy.__class__ = Recorder
    observations = np.zeros((count, 56), dtype=np.uint8)
    observations[:, 0] = np.arange(count) % 20
    transitions = Transitions(observations, np.zeros(count, dtype=np.uint8), count)
    train_bc(policy, transitions, 3 * count, config=BCConfig(batch_size=10))
    for epoch in range(3):
        shown = seen[epoch * count : (epoch + 1) * count]
        assert sorted(shown) == sorted(observations[:, 0].tolist())


@pytest.mark.parametrize("kill_at", [1, 3])
def test_imitation_resumes_exactly(tmp_path: Path, kill_at: int) -> None:
    transitions = demonstrate(100).transitions()
    config = BCConfig(batch_size=64)

    def run(policy: ResidualPolicy, **keywords: Any) -> Account:
        return train_bc(policy, transitions, 250, config=config, callback_every=40, **keywords)

    straight = small()
    account = run(straight, callback=lambda progress: None)
    kill = killer(kill_at + 1)
    path = tmp_path / "bc.pt"
    with pytest.raises(Killed):
        run(small(), callback=kill, checkpoint=path, save_seconds=0)
    resumed = small(seed=9)
    again = run(resumed, callback=lambda progress: None, checkpoint=path, save_seconds=0)
    assert equal(weights(straight), weights(resumed))
    assert again.tokens_trained == account.tokens_trained
    assert again.demonstrations == account.demonstrations == 250


@pytest.mark.parametrize("rule", ["ten", "random"])
def test_reinforcement_resumes_exactly(tmp_path: Path, rule: str) -> None:
    config = PPOConfig(n_steps=16, batch_size=64)
    keywords = {"hand": None, "rule": rule, "max_attempts": 2}

    def run(policy: ResidualPolicy, seed: int, **more: Any) -> Account:
        env = vector_env(**keywords)
        return train_ppo(policy, env, 640, config=config, seed=seed, callback_every=1, **more)

    straight = small()
    account = run(straight, 3)
    kill = killer(4)
    path = tmp_path / "ppo.pt"
    with pytest.raises(Killed):
        run(small(), 3, callback=kill, checkpoint=path, save_seconds=0)
    torch.manual_seed(123)
    np.random.seed(123)  # noqa: NPY002 (what SB3 draws from)
    resumed = small(seed=9)
    again = run(resumed, 3, checkpoint=path, save_seconds=0)
    assert equal(weights(straight), weights(resumed))
    assert (again.episodes, again.tokens_sampled) == (account.episodes, account.tokens_sampled)
    other = small()
    run(other, 4)
    assert not equal(weights(straight), weights(other))


def test_a_finished_or_stopped_run_is_not_run_again(tmp_path: Path) -> None:
    transitions = demonstrate(100).transitions()
    path = tmp_path / "bc.pt"
    policy = small()
    account = train_bc(
        policy,
        transitions,
        1_000,
        checkpoint=path,
        callback_every=100,
        callback=lambda progress: progress.done >= 200,
    )
    assert 200 <= account.demonstrations < 300
    resumed = small(seed=1)
    assert train_bc(resumed, transitions, 1_000, checkpoint=path) == account
    assert equal(weights(policy), weights(resumed))


def test_the_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    transitions = demonstrate(20).transitions()
    path = tmp_path / "bc.pt"
    train_bc(small(), transitions, 20, checkpoint=path)
    with pytest.raises(ValueError, match="seed was 0, is 1"):
        train_bc(small(), transitions, 20, seed=1, checkpoint=path)
    with pytest.raises(ValueError, match="kind was 'bc', is 'ppo'"):
        train_ppo(small(), vector_env(64), 100, checkpoint=path)


def test_states_come_back_as_they_were_and_damage_is_told(tmp_path: Path) -> None:
    path = tmp_path / "state.pt"
    # With a gap between its fields and one behind them.
    record = np.dtype(
        {"names": ["a", "b"], "formats": ["u1", "<f4"], "offsets": [0, 8], "itemsize": 16}
    )
    state = {
        "array": np.arange(6, dtype=np.uint64).reshape(2, 3),
        "bytes": np.array([b"ab", b"c"], dtype="S4"),
        "empty": np.zeros((0, 3), dtype=np.int8),
        "record": np.array([(1, 2.5)], dtype=record),
        "number": np.float64(0.5),
        "nested": [("text", None, True), {"weights": torch.ones(2)}],
    }
    save_state(path, state)
    read = load_state(path)
    for name in ("array", "bytes", "empty", "record"):
        assert np.array_equal(read[name], state[name])
        assert read[name].dtype == state[name].dtype
    assert read["number"] == 0.5
    assert read["nested"][0] == ("text", None, True)
    assert list(tmp_path.iterdir()) == [path]
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ValueError, match="cannot be read"):
        load_state(path)


def test_models_are_saved_and_agents_act_alike(tmp_path: Path) -> None:
    policy = build_model(FIELDS.space(), ACTIONS, width=16, blocks=2, unordered=CARDS)
    save_model(tmp_path / "model.pt", policy)
    read = load_model(tmp_path / "model.pt")
    assert count_weights(read) == count_weights(policy)
    env = vector_env(64)
    observation, info = env.reset(seed=0)
    assert np.array_equal(
        SB3Agent(policy).act(observation, info), SB3Agent(read).act(observation, info)
    )
    drawn = SB3Agent(policy, deterministic=False, seed=1).act(observation, info)
    assert np.array_equal(drawn, SB3Agent(read, deterministic=False, seed=1).act(observation, info))
    assert len(set(drawn)) > 3
    expected, _ = policy.predict(observation, deterministic=True)
    assert np.array_equal(SB3Agent(policy).act(observation, info), expected)


def test_who_only_plays_makes_no_optimizer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("an optimizer was made")

    monkeypatch.setattr(torch.optim.Optimizer, "__init__", refuse)
    save_model(tmp_path / "model.pt", small())
    load_model(tmp_path / "model.pt")


def test_writes_tensorboard_events(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="needs the extra [agents]")
    train_bc(small(), demonstrate(20).transitions(), 20, tensorboard=tmp_path / "bc")
    train_ppo(
        small(),
        vector_env(),
        128,
        config=PPOConfig(n_steps=16, batch_size=64),
        tensorboard=tmp_path / "ppo",
    )
    for kind in ("bc", "ppo"):
        assert list((tmp_path / kind).glob("events.out.tfevents.*"))
