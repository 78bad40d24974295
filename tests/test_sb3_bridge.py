"""The bridge keeps SB3's side of the contract."""

from __future__ import annotations

import numpy as np
import pytest
from stable_baselines3 import PPO
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv

from agents.sb3.policy import TokenInput, policy_keywords
from gp_env.arithmetic import TOKENS
from gp_env.env import GeneralPointsEnv
from gp_env.vector_env import GeneralPointsVectorEnv
from shiftgym import sb3
from shiftgym.sb3 import VectorEnvToSB3

KEYWORDS = {"num_cards": 3, "max_attempts": 2}


def bridge(copies: int = 4, **keywords: object) -> VectorEnvToSB3:
    keywords = {**KEYWORDS, **keywords}
    return VectorEnvToSB3(GeneralPointsVectorEnv(copies, autoreset_mode="same_step", **keywords))


def test_same_as_single_environments_in_a_dummy_vec_env() -> None:
    """Observations, rewards, ends and what SB3 reads of the infos, over some hundred episodes."""
    copies = 3
    ours = bridge(copies)
    theirs = DummyVecEnv([lambda: GeneralPointsEnv(**KEYWORDS)] * copies)
    theirs.seed(5)
    # Copy i of SB3's environment is seeded 5 + i; ours takes the same episodes one by one.
    mine, _ = ours.vector_env.reset(seed=[5, 6, 7])
    assert np.array_equal(mine, theirs.reset())
    actions = np.random.default_rng(0).integers(0, 26, (300, copies))
    ended = 0
    for row in actions:
        seen, rewards, dones, infos = ours.step(row)
        expected, expected_rewards, expected_dones, expected_infos = theirs.step(row)
        assert np.array_equal(seen, expected)
        assert np.array_equal(rewards, expected_rewards)
        assert rewards.dtype == np.float32
        assert np.array_equal(dones, expected_dones)
        for copy in np.flatnonzero(dones):
            ended += 1
            info, expected_info = infos[copy], expected_infos[copy]
            last = info["terminal_observation"]
            assert np.array_equal(last, expected_info["terminal_observation"])
            for key in ("outcome", "is_success", "episode_seed", "TimeLimit.truncated"):
                assert info[key] == expected_info[key]
    assert ended == ours.episodes > 100


def test_reports_returns_lengths_and_success() -> None:
    env = bridge(2)
    env.seed(3)
    env.reset()
    total, steps = np.zeros(2), np.zeros(2, dtype=int)
    for _ in range(60):
        _, rewards, dones, infos = env.step(env.vector_env.expert_action())
        total += rewards
        steps += 1
        for copy in range(2):
            if dones[copy]:
                assert infos[copy]["is_success"] is True
                assert infos[copy]["episode"] == {"r": total[copy], "l": steps[copy]}
                assert total[copy] == 5.0
                total[copy] = steps[copy] = 0
            else:
                assert "episode" not in infos[copy]


def test_a_time_limit_is_told_from_an_end() -> None:
    env = bridge(2, max_episode_steps=3)
    env.seed(0)
    env.reset()
    opening = TOKENS.index("(")
    for step in range(1, 7):
        _, _, dones, infos = env.step(np.full(2, opening))
        assert dones.all() == (step % 3 == 0)
        for info in infos:
            assert info["TimeLimit.truncated"] == (step % 3 == 0)
    assert infos[0]["terminal_observation"].shape == env.observation_space.shape


def test_seeding_repeats_and_differs() -> None:
    env = bridge()
    env.seed(1)
    first = env.reset()
    env.seed(1)
    assert np.array_equal(first, env.reset())
    env.seed(2)
    assert not np.array_equal(first, env.reset())


def test_next_step_autoreset_is_refused() -> None:
    with pytest.raises(ValueError, match="same_step"):
        VectorEnvToSB3(GeneralPointsVectorEnv(2, autoreset_mode="next_step"))


def test_copies_have_no_attributes_of_their_own() -> None:
    env = bridge(3)
    assert env.get_attr("num_envs", indices=[0, 2]) == [3, 3]
    assert not env.has_attr("no_such_thing")
    with pytest.raises(AttributeError, match="keyword"):
        env.set_attr("target", 12)


def test_masks_reach_maskable_ppo() -> None:
    sb3_contrib = pytest.importorskip("sb3_contrib", reason="needs the extra [agents]")
    from sb3_contrib.common.maskable.policies import MaskableActorCriticPolicy
    from sb3_contrib.common.maskable.utils import get_action_masks, is_masking_supported

    class MaskablePolicy(MaskableActorCriticPolicy, TokenInput):
        pass

    env = bridge(8)
    env.reset()
    assert is_masking_supported(env)
    assert np.array_equal(get_action_masks(env), env.vector_env.action_masks())
    model = sb3_contrib.MaskablePPO(
        MaskablePolicy, env, policy_kwargs=policy_keywords(16, 1), n_steps=8, batch_size=32, seed=0
    )
    model.learn(128)
    assert "illegal_formula" not in set(env.last_infos["outcome"])


def test_sb3_evaluates_and_logs_success() -> None:
    env = bridge(4)
    model = PPO("MlpPolicy", env, n_steps=32, batch_size=64, seed=0, device="cpu")
    model.learn(256)
    assert len(model.ep_success_buffer or ()) > 0
    mean, _ = evaluate_policy(model, env, n_eval_episodes=8)
    assert -6.0 <= mean <= 5.0


@pytest.mark.parametrize(
    "id",
    ["gp_env:GeneralPoints-v0", "virl_env:VIRLNavigation-v0", "tests.number_line:NumberLine-v0"],
)
def test_any_id_with_a_vector_environment_is_made(id: str) -> None:
    env = sb3.make(id, 3, observation="onehot")
    assert env.reset().shape == (3, *env.observation_space.shape)
    assert env.env_is_wrapped(Monitor) == [True] * 3
    assert len(env.env_method("action_masks")) == 3
    PPO("MlpPolicy", env, n_steps=4, batch_size=4, n_epochs=1, seed=0).learn(12)
    env.close()


def test_an_id_without_a_vector_environment_is_named() -> None:
    with pytest.raises(ValueError, match=r"make_vec_env\('gp_env:GeneralPoints-Text-v0', 2"):
        sb3.make("gp_env:GeneralPoints-Text-v0", 2)
