"""The vector environment is the single one many times over: same seeds, same actions, same play."""

import copy
import pickle
import warnings

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

import gp_env
from gp_env.arithmetic import to_tokens
from gp_env.env import GeneralPointsEnv
from gp_env.vector_env import GeneralPointsVectorEnv

NUM_ENVS = 7
TOKEN_IDS = [name for name in gp_env.variants() if "-Text" not in name]
KEYWORDS = [
    {},
    {"rule": "random", "num_cards": 5, "max_attempts": 2},
    {"mask": "full", "num_cards": 3, "stated_rule": "rank"},
    {"mask": None, "deals": "deck", "split": "test"},
]


def make_pair(mode: AutoresetMode, **keywords: object) -> tuple:
    vector = GeneralPointsVectorEnv(NUM_ENVS, autoreset_mode=mode, **keywords)
    single = SyncVectorEnv(
        [lambda: GeneralPointsEnv(**keywords) for _ in range(NUM_ENVS)], autoreset_mode=mode
    )
    return vector, single


def mixed_actions(vector: GeneralPointsVectorEnv, generator: np.random.Generator) -> np.ndarray:
    """Return a good token mostly, any token sometimes: attempts of every outcome."""
    expert = vector.expert_action()
    anything = generator.integers(0, 26, NUM_ENVS)
    return np.where(generator.random(NUM_ENVS) < 0.9, expert, anything)


def assert_same_infos(ours: dict, theirs: dict, where: np.ndarray) -> None:
    for key in ("outcome", "attempts_left", "is_success", "episode_seed", "action_mask"):
        assert (key in ours) == (key in theirs)
        if key in ours:
            assert np.array_equal(ours[key][where], theirs[key][where]), key


@pytest.mark.parametrize("keywords", KEYWORDS, ids=str)
@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_same_play_as_single_environments(mode: AutoresetMode, keywords: dict) -> None:
    vector, single = make_pair(mode, **keywords)
    seeds = list(range(100, 100 + NUM_ENVS))
    observations, infos = vector.reset(seed=seeds)
    expected, expected_infos = single.reset(seed=seeds)
    everyone = np.ones(NUM_ENVS, dtype=bool)
    generator = np.random.default_rng(0)
    outcomes = set()
    for _ in range(300):
        assert np.array_equal(observations, expected)
        assert_same_infos(infos, expected_infos, everyone)
        outcomes |= set(infos["outcome"])
        actions = mixed_actions(vector, generator)
        observations, rewards, terminated, truncated, infos = vector.step(actions)
        expected, expected_rewards, ended, cut, expected_infos = single.step(actions)
        assert np.array_equal(rewards, expected_rewards)
        assert np.array_equal(terminated, ended)
        assert np.array_equal(truncated, cut)
        if mode is AutoresetMode.SAME_STEP:
            assert ("final_obs" in infos) == terminated.any()
            if terminated.any():
                assert np.array_equal(infos["_final_obs"], expected_infos["_final_obs"])
                assert_same_infos(infos["final_info"], expected_infos["final_info"], terminated)
                outcomes |= set(infos["final_info"]["outcome"])
                for index in np.flatnonzero(terminated):
                    ours, theirs = infos["final_obs"][index], expected_infos["final_obs"][index]
                    assert np.array_equal(ours, theirs)
    assert outcomes >= {"none", "correct", "illegal_formula"}


@pytest.mark.parametrize("name", TOKEN_IDS)
def test_episode_seeds_replay_in_the_single_environment(name: str) -> None:
    vector = gym.make_vec(name, num_envs=NUM_ENVS, rule="random").unwrapped
    observations, infos = vector.reset(seed=5)
    for index in range(NUM_ENVS):
        single = gym.make(name, rule="random")
        options = {"episode_seed": int(infos["episode_seed"][index])}
        assert np.array_equal(single.reset(options=options)[0], observations[index])
        assert single.unwrapped.hand == vector.hand(index)
        assert single.unwrapped.rule == vector.rule(index)
    again, _ = vector.reset(options={"episode_seed": infos["episode_seed"]})
    assert np.array_equal(again, observations)


@pytest.mark.parametrize("name", TOKEN_IDS)
def test_a_seed_fixes_all_copies_and_another_differs(name: str) -> None:
    actions = np.random.default_rng(0).integers(0, 26, (60, NUM_ENVS))

    def played(seed: int) -> list:
        env = gym.make_vec(f"gp_env:{name}", num_envs=NUM_ENVS)
        first, _ = env.reset(seed=seed)
        return [first.tolist(), *[env.step(action)[0].tolist() for action in actions]]

    assert played(1) == played(1)
    assert played(1) != played(2)
    assert len({tuple(row) for row in played(1)[0]}) == NUM_ENVS


def test_copies_do_not_depend_on_each_other() -> None:
    """What a copy plays depends on its own actions alone, however far ahead others have dealt."""
    generator = np.random.default_rng(0)
    one = generator.integers(0, 26, 200)
    seen = []
    for other in (0, 1):
        env = GeneralPointsVectorEnv(2)
        env.reset(seed=9)
        others = np.random.default_rng(other).integers(0, 26, 200)
        seen.append([env.step(np.array(pair))[0][0].tolist() for pair in zip(one, others)])
    assert seen[0] == seen[1]


def test_arrays_are_fresh_at_every_step() -> None:
    env = GeneralPointsVectorEnv(3)
    observations, infos = env.reset(seed=0)
    held = [observations, *[infos[key] for key in sorted(infos)]]
    copies = copy.deepcopy(held)
    for _ in range(30):
        env.step(np.array([3, 19, 23]))
    assert all(np.array_equal(a, b) for a, b in zip(held, copies))


def test_a_pickle_and_a_deep_copy_go_on_alike() -> None:
    env = GeneralPointsVectorEnv(NUM_ENVS, rule="random", autoreset_mode="same_step")
    env.reset(seed=0)
    actions = np.random.default_rng(0).integers(0, 26, (80, NUM_ENVS))
    for action in actions[:40]:
        env.step(action)
    others = [pickle.loads(pickle.dumps(env)), copy.deepcopy(env)]
    for action in actions[40:]:
        step = env.step(action)
        for other in others:
            assert all(np.array_equal(a, b) for a, b in zip(step[:4], other.step(action)[:4]))


def test_time_limit_truncates_and_never_with_terminated() -> None:
    env = GeneralPointsVectorEnv(2, max_episode_steps=3, hand="3 3 8 8", autoreset_mode="same_step")
    env.reset(seed=0)
    cut = [env.step(np.array([action, 23]))[3].tolist() for action in to_tokens("3+8")]
    assert cut == [[False, False], [False, False], [True, True]]
    env = GeneralPointsVectorEnv(1, max_episode_steps=1, hand="3 3 8 8", max_attempts=1)
    env.reset(seed=0)
    _, _, terminated, truncated, _ = env.step(np.array([19]))
    assert (terminated[0], truncated[0]) == (True, False)


def test_next_step_mode_ignores_the_action_of_the_reset() -> None:
    env = GeneralPointsVectorEnv(1, max_attempts=1)
    env.reset(seed=0)
    env.step(np.array([19]))
    observations, rewards, terminated, _, infos = env.step(np.array([19]))
    assert (rewards[0], terminated[0], infos["outcome"][0]) == (0.0, False, "none")
    assert not observations[0][16:54].any()


def test_both_modes_are_declared_where_gymnasium_and_torchrl_look() -> None:
    for given, mode in [
        ("same_step", AutoresetMode.SAME_STEP),
        (AutoresetMode.NEXT_STEP, AutoresetMode.NEXT_STEP),
    ]:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            env = gym.make_vec("GeneralPoints-v0", num_envs=2, autoreset_mode=given)
        assert env.metadata["autoreset_mode"] is mode
        assert env.unwrapped.autoreset_mode is mode
        assert env.observation_space.contains(env.reset(seed=0)[0])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda env: env.step(np.array([1])), ["(3,)", "(1,)"]),
        (lambda env: env.step(np.array([1, 2, 26])), ["26", "0 to 25"]),
        (lambda env: env.step(np.array([1, -1, 2])), ["-1"]),
        (lambda env: env.step(np.array([0.5, 1, 2])), ["float64", "integers"]),
        (lambda env: env.reset(seed=[1, 2]), ["3 copies", "2"]),
        (lambda env: env.reset(seed=[1, 2, -7]), ["-7", "2**64"]),
        (lambda env: env.reset(seed=1.5), ["1.5"]),
        (lambda env: GeneralPointsVectorEnv(0), ["num_envs", "0"]),
        (lambda env: GeneralPointsVectorEnv(2, max_episode_steps=0), ["max_episode_steps"]),
        (
            lambda env: GeneralPointsVectorEnv(3, rule="rank").set_state(env.get_state()),
            ["jack=11"],
        ),
        (lambda env: env.reset(options={"episode_seed": [1]}), ["3 copies", "(1,)"]),
        (lambda env: env.reset(options={"hand": "1 2 3 4"}), ["'hand'", "'episode_seed'"]),
        (lambda env: GeneralPointsVectorEnv(2, autoreset_mode="never"), ["'never'", "same_step"]),
    ],
)
def test_bad_calls_are_named(call: object, words: list[str]) -> None:
    env = GeneralPointsVectorEnv(3)
    env.reset(seed=0)
    with pytest.raises(ValueError, match=r".") as error:
        call(env)
    assert [word for word in words if word not in str(error.value)] == []
