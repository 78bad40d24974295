"""The token game, over every registered id that has tokens; its rewards, masks and pictures."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec
from hypothesis import given
from hypothesis import strategies as st

import gp_env
from gp_env.arithmetic import EQUALS, to_tokens
from gp_env.env import GeneralPointsEnv
from gp_env.observe import LAYOUT, decode

TOKEN_IDS = [name for name in gp_env.variants() if "-Text" not in name and "-Image" not in name]
INFO_KEYS = {*("outcome", "attempts_left", "is_success", "episode_seed", "task"), "action_mask"}


def play(env: gym.Env, actions: list[int], **reset: object) -> list[tuple]:
    """Return what is seen, one tuple a step, resetting wherever an episode ends."""
    observation, info = env.reset(**reset)
    seen = [(observation, 0.0, False, False, info)]
    for action in actions:
        step = env.step(action)
        seen.append(step)
        if step[2] or step[3]:
            observation, info = env.reset()
            seen.append((observation, 0.0, False, False, info))
    return seen


def random_actions(count: int, seed: int = 0) -> list[int]:
    return np.random.default_rng(seed).integers(0, 26, count).tolist()


@pytest.mark.parametrize("name", TOKEN_IDS)
def test_observations_lie_in_the_space_and_infos_keep_their_keys(name: str) -> None:
    env = gym.make(name, rule="random", num_cards=5, deck="large", max_attempts=10).unwrapped
    for observation, reward, terminated, truncated, info in play(env, random_actions(400), seed=1):
        assert env.observation_space.contains(observation)
        assert isinstance(reward, float)
        assert info.keys() == INFO_KEYS
        assert info["action_mask"].dtype == np.int8
        assert info["action_mask"].any()
        assert info["is_success"] == (info["outcome"] == "correct")
        assert not truncated
        assert terminated == (info["attempts_left"] == 0 or info["is_success"])


@pytest.mark.parametrize("name", ["GeneralPoints-v0", "GeneralPoints-Text-v0"])
@pytest.mark.parametrize(
    "keywords",
    [
        {"hand": "3 3 8 8"},
        {"hand": str(gp_env.Hand((11, 3, 8, 8), (2, 3, 1, 4))), "suits": "all"},
        {"rule": (11, 12, 13), "solvable_under": ["ten", gp_env.Rule(7, 7, 7)]},
        {"split": "train", "fold": (1, 7, 6)},
    ],
)
def test_a_spec_keeps_keywords_of_plain_data_in_json(name: str, keywords: dict) -> None:
    env = gym.make(name, **keywords)
    copy = gym.make(EnvSpec.from_json(env.spec.to_json()))
    assert copy.unwrapped.config == env.unwrapped.config


@pytest.mark.parametrize("name", TOKEN_IDS)
def test_the_expert_always_wins_at_the_first_attempt(name: str) -> None:
    env = gym.make(name)
    for seed in range(100):
        env.reset(seed=seed)
        done, total = False, 0.0
        while not done:
            _, reward, done, _, info = env.step(env.unwrapped.expert_action())
            total += reward
        assert total == 5.0
        assert info["is_success"]


def test_visual_ood_changes_suits_and_nothing_else() -> None:
    black, red = (gym.make(f"GeneralPoints{s}-v0").reset(seed=5)[0] for s in ("", "-VisualOOD"))
    different = np.flatnonzero(black != red)
    assert set(different) == set(range(LAYOUT["suits"].start, LAYOUT["suits"].start + 4))
    assert set(red[LAYOUT["suits"]][:4]) <= {2, 3}


def attempt(env: gym.Env, formula: str) -> tuple:
    """Write a formula and submit it; return the last step."""
    for token in (*to_tokens(formula), EQUALS):
        step = env.step(token)
    return step


def test_an_episode_by_hand() -> None:
    """A golden episode: every outcome of the token game, its reward, and how it is shown."""
    env = GeneralPointsEnv(hand="3 3 8 8", max_attempts=5)
    env.reset(seed=0)
    for formula, outcome, reward in [
        ("3+3+8+8", "wrong_value", -1.0),
        ("8/(3-9/3)", "wrong_numbers", -2.0),
        ("8/(3-9/3)/1", "wrong_numbers", -2.0),
    ]:
        observation, paid, terminated, truncated, info = attempt(env, formula)
        assert (info["outcome"], paid, terminated, truncated) == (outcome, reward, False, False)
        assert "".join(decode(observation)["previous"]) == formula + "="
        assert decode(observation)["outcome"] == outcome
        assert decode(observation)["formula"] == []
    env.step(to_tokens("3")[0])
    observation, paid, _, _, info = env.step(to_tokens("3")[0])
    assert (paid, info["outcome"], info["attempts_left"]) == (-3.0, "illegal_formula", 1)
    assert decode(observation)["previous"] == ["3", "3"]
    observation, paid, terminated, truncated, info = attempt(env, "8/(3-8/3)")
    assert (paid, terminated, truncated) == (5.0, True, False)
    assert info["is_success"]
    with pytest.raises(gym.error.ResetNeeded):
        env.step(0)


def test_the_last_failed_attempt_is_judged_and_ends_the_episode() -> None:
    env = GeneralPointsEnv(hand="3 3 8 8", max_attempts=1)
    env.reset(seed=0)
    _, reward, terminated, truncated, info = attempt(env, "3+3+8+8")
    assert (reward, terminated, truncated, info["is_success"]) == (-1.0, True, False, False)


def test_a_formula_of_nineteen_tokens_can_be_submitted_and_a_twentieth_token_is_illegal() -> None:
    env = GeneralPointsEnv(hand="1 2 3 4 5 6", target=21)
    env.reset(seed=0)
    longest = "((((1+2)+3)+4)+5)+6"
    assert len(to_tokens(longest)) == 19
    assert attempt(env, longest)[1] == 5.0
    env.reset()
    for token in to_tokens(longest):
        _, _, _, _, info = env.step(token)
    assert info["action_mask"].tolist() == [0] * EQUALS + [1]
    observation, reward, _, _, _ = env.step(to_tokens("+")[0])
    assert reward == -3.0
    assert "".join(decode(observation)["previous"]) == longest


def test_the_stated_rule_is_shown_and_the_scoring_rule_scores() -> None:
    env = GeneralPointsEnv(rule="ten", stated_rule="rank", hand="Q 4 1 10")
    observation, _ = env.reset(seed=0)
    assert decode(observation)["rule"] == (11, 12, 13)
    assert (env.rule.name, env.stated_rule.name) == ("ten", "rank")
    assert attempt(env, "12+10+4/2")[4]["outcome"] == "wrong_numbers"
    assert attempt(env, env.expert_formula())[4]["is_success"]


@given(st.lists(st.integers(0, 25), max_size=60))
def test_no_action_raises_and_the_syntax_mask_says_which_end_the_attempt(tokens: list[int]) -> None:
    env = GeneralPointsEnv()
    _, info = env.reset(seed=0)
    for token in tokens:
        allowed = info["action_mask"][token]
        _, reward, terminated, _, info = env.step(token)
        assert (reward == -3.0) == (not allowed)
        if terminated:
            break


def test_the_syntax_mask_gives_neither_hand_nor_rule_away() -> None:
    masks = []
    for rule, hand in [("ten", "1 2 3 K"), ("rank", "1 2 3 K"), ("ten", "9 9 6 K")]:
        env = GeneralPointsEnv(rule=rule, hand=hand)
        _, info = env.reset(seed=0)
        steps = [env.step(token)[4] for token in to_tokens("(5+7")]
        masks.append([i["action_mask"].tolist() for i in [info, *steps]])
    assert masks[0] == masks[1] == masks[2]


def test_masks_in_three_places_agree() -> None:
    for mask in ("syntax", "full", None):
        env = GeneralPointsEnv(mask=mask, mask_in_observation=True)
        observation, info = env.reset(seed=0)
        for token in [0, *to_tokens("(5+7)")]:
            assert env.observation_space.contains(observation)
            seen = [observation["action_mask"].astype(bool), env.action_masks()]
            if mask is not None:
                seen.append(info["action_mask"].astype(bool))
            assert all((other == seen[0]).all() for other in seen)
            observation, _, _, _, info = env.step(token)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda env: env.reset(options={"hand": "1 1 1 1"}), ["A A A A", "24"]),
        (lambda env: env.reset(options=3), ["Reset options are a dict", "got 3"]),
        (lambda env: env.step(26), ["26", "0 to 25"]),
        (lambda env: env.step(1.7), ["1.7"]),
        (lambda env: env.step(True), ["True"]),
        (lambda env: env.step(np.array([3])), ["[3]"]),
        (lambda env: env.step(None), ["None"]),
        (lambda env: GeneralPointsEnv(mask="hand"), ["'hand'", "'syntax'"]),
    ],
)
def test_bad_calls_are_named(call: object, words: list[str]) -> None:
    env = GeneralPointsEnv()
    env.reset(seed=0)
    with pytest.raises(ValueError, match=r".") as error:
        call(env)
    assert [word for word in words if word not in str(error.value)] == []


def test_pictures_show_the_table_and_change_with_it() -> None:
    env = gym.make("GeneralPoints-v0", hand="K 4 1 10", render_mode="rgb_array")
    env.reset(seed=0)
    before = env.render()
    env.step(to_tokens("4")[0])
    assert before.shape == (780, 640, 3)
    assert before.dtype == np.uint8
    assert (before != env.render()).any()


@pytest.mark.parametrize("name", list(gp_env.variants()))
def test_a_refused_reset_changes_nothing(name: str) -> None:
    env, other = gym.make(name).unwrapped, gym.make(name).unwrapped
    for each in (env, other):
        each.reset(seed=0)
    with pytest.raises(ValueError, match="A A A A"):
        env.reset(options={"hand": "1 1 1 1"})
    action = env.expert_action()
    assert env.step(action)[4]["episode_seed"] == other.step(action)[4]["episode_seed"]
    assert env.reset()[1]["episode_seed"] == other.reset()[1]["episode_seed"]


@pytest.mark.parametrize("name", list(gp_env.variants()))
def test_asking_before_the_first_reset_says_what_to_do(name: str) -> None:
    env = gym.make(name).unwrapped
    for ask in (lambda: env.hand, env.expert_action, env.expert_formula, lambda: env.rule):
        with pytest.raises(gym.error.ResetNeeded, match="reset"):
            ask()


def test_ansi_shows_the_table() -> None:
    env = gym.make("GeneralPoints-v0", hand="K 4 1 10", render_mode="ansi")
    env.reset(seed=0)
    env.step(to_tokens("4")[0])
    for shown in ("K", "J=10 Q=10 K=10", "24", "Formula 4"):
        assert shown in env.render()
    assert "4+" not in env.render()
