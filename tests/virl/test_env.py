"""Navigation in symbols: what is right, what it is worth, and what is told of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec
from hypothesis import given, settings
from hypothesis import strategies as st

import virl_env
from virl_env.actions import ACTION_INDEX, ACTIONS, FORWARD, NUM_ACTIONS
from virl_env.env import VIRLNavigationEnv
from virl_env.observe import LAYOUT, decode
from virl_env.routes.route import MAX_LEGS
from virl_env.routes.sampling import sample_route

IDS = [name for name in virl_env.variants() if "-Text" not in name and "-Image" not in name]
ACCURACIES = {"step_accuracy", "turn_accuracy", "macro_accuracy"}
INFO_KEYS = {
    *("outcome", "attempts_left", "is_success", "episode_seed", "task"),
    "action_mask",
    *ACCURACIES,
}


def walk(env: gym.Env, actions: list[int], **reset: Any) -> list[tuple]:
    """Return what is seen, one tuple a step, resetting wherever an episode ends."""
    observation, info = env.reset(**reset)
    seen: list[tuple] = [(observation, 0.0, False, False, info)]
    for action in actions:
        step = env.step(action)
        seen.append(step)
        if step[2] or step[3]:
            observation, info = env.reset()
            seen.append((observation, 0.0, False, False, info))
    return seen


def some_actions(count: int, seed: int = 0) -> list[int]:
    """Return actions that are forward half of the time, so that routes are walked to their ends."""
    rng = np.random.default_rng(seed)
    return np.where(rng.random(count) < 0.5, FORWARD, rng.integers(0, NUM_ACTIONS, count)).tolist()


@pytest.mark.parametrize("name", IDS)
def test_observations_lie_in_the_space_and_infos_keep_their_keys(name: str) -> None:
    env = gym.make(name, directions="random", turns=(0, 7), routes=50, max_attempts=10).unwrapped
    assert env.observation_space == gym.make(name).observation_space
    for observation, reward, terminated, truncated, info in walk(env, some_actions(900), seed=1):
        assert env.observation_space.contains(observation)
        assert isinstance(reward, float)
        assert info.keys() == INFO_KEYS
        assert info["action_mask"].tolist() == [1] * NUM_ACTIONS
        assert all(0.0 <= info[key] <= 1.0 for key in ACCURACIES)
        assert not truncated
        assert terminated or not info["is_success"]


@pytest.mark.parametrize(
    "keywords",
    [
        {"city": ["gridhaven", "rio claro"], "routes": 20, "turns": [1, 2], "style": 1},
        {"directions": ["body", ["right", "left", "slightly left", "slightly right"]]},
        {"city": "unseen", "split_by": "city", "split": "train", "fold": (1, 4)},
        {"instructions": "landmarks", "style": 2, "initial_heading": 0},
    ],
    ids=str,
)
def test_a_spec_keeps_keywords_of_plain_data_in_json(keywords: dict) -> None:
    env = gym.make("VIRLNavigation-v0", **keywords)
    copy = gym.make(EnvSpec.from_json(env.spec.to_json()))
    assert copy.unwrapped.config == env.unwrapped.config


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("directions", ["absolute", "relative", "random"])
def test_the_expert_is_right_in_a_thousand_episodes(name: str, directions: str) -> None:
    env = gym.make_vec(name, num_envs=1_000, directions=directions, routes=112).unwrapped
    env.reset(seed=0)
    running = np.ones(1_000, dtype=bool)
    while running.any():
        _, rewards, terminated, _, infos = env.step(env.expert_action())
        assert (rewards[running] == 1.0).all()
        ended = running & terminated
        assert all(infos[key][ended].tolist() == [1.0] * ended.sum() for key in ACCURACIES)
        assert infos["is_success"][ended].all()
        running &= ~terminated


def test_ood_is_an_alias_of_visual_ood_the_nine_unseen_cities() -> None:
    ids = virl_env.variants()
    assert ids["VIRLNavigation-OOD-v0"] == ids["VIRLNavigation-VisualOOD-v0"]
    env = gym.make_vec("VIRLNavigation-OOD-v0", num_envs=400).unwrapped
    env.reset(seed=0)
    routes = {(env.route(copy).city, env.route(copy).digest) for copy in range(400)}
    assert len(routes) == 18
    assert {city for city, _ in routes} == set(virl_env.UNSEEN_CITIES)


def test_rule_ood_walks_the_same_routes_in_other_words() -> None:
    for seed in range(20):
        absolute, relative = (
            gym.make(f"VIRLNavigation{shift}-v0").unwrapped for shift in ("", "-RuleOOD")
        )
        seen = [env.reset(seed=seed)[0] for env in (absolute, relative)]
        assert absolute.route == relative.route
        assert absolute.initial_heading == relative.initial_heading
        different = np.flatnonzero(seen[0] != seen[1])
        assert set(different) <= set(range(LAYOUT["frame"].start, LAYOUT["table"].stop))


def test_the_last_wrong_attempt_moves_the_walker_on_and_fails_the_route() -> None:
    env = gym.make("VIRLNavigation-v0", max_attempts=2).unwrapped
    env.reset(seed=0)
    wrong = (env.expert_action() + 1) % NUM_ACTIONS
    observation, reward, _, _, info = env.step(wrong)
    assert (reward, info["outcome"], info["attempts_left"], env.at) == (-1.0, "wrong_action", 1, 0)
    assert decode(observation)["previous"] == ACTIONS[wrong]
    observation, reward, _, _, info = env.step(wrong)
    assert (reward, info["attempts_left"], env.at) == (-1.0, 2, 1)
    assert decode(observation)["previous"] is None
    assert decode(observation)["actions"] == [ACTIONS[wrong]]
    done = False
    while not done:
        _, reward, done, _, info = env.step(env.expert_action())
        assert reward == 1.0
    assert not info["is_success"]
    count = len(env.steps)
    assert info["step_accuracy"] == pytest.approx((count - 1) / (count + 1))
    with pytest.raises(gym.error.ResetNeeded):
        env.step(FORWARD)


def test_a_second_attempt_that_is_right_saves_the_route() -> None:
    env = gym.make("VIRLNavigation-v0", max_attempts=2).unwrapped
    env.reset(seed=0)
    env.step((env.expert_action() + 1) % NUM_ACTIONS)
    done = False
    while not done:
        *_, done, _, info = env.step(env.expert_action())
    assert info["is_success"]
    assert info["turn_accuracy"] < 1.0


def test_the_stated_rule_is_shown_and_the_scoring_rule_scores() -> None:
    env = gym.make("VIRLNavigation-v0", stated_directions="relative").unwrapped
    observation, _ = env.reset(seed=0)
    assert decode(observation)["directions"].name == "relative"
    assert (env.directions.name, env.stated_directions.name) == ("absolute", "relative")
    assert ACTIONS[env.expert_action()] == env.steps[0].action


def test_a_golden_walk() -> None:
    """The first route of seed 0, point by point: what any machine has to see."""
    env = gym.make("VIRLNavigation-v0").unwrapped
    _, info = env.reset(seed=0)
    rail = virl_env.build_rail(env.route, 5, env.initial_heading, "absolute")
    assert env.steps == rail
    words = []
    done = False
    while not done:
        words.append(ACTIONS[env.expert_action()])
        *_, done, _, _ = env.step(env.expert_action())
    assert words == [step.action for step in rail]
    assert (info["episode_seed"], env.route.digest) == (
        1_050_121_517_996_779_863,
        "397218bcb9cc61ac",
    )


@settings(max_examples=30)
@given(st.lists(st.integers(0, NUM_ACTIONS - 1), max_size=80))
def test_no_action_raises(actions: list[int]) -> None:
    env = VIRLNavigationEnv(routes=30)
    env.reset(seed=0)
    for action in actions:
        right = env.expert_action()
        _, reward, terminated, _, info = env.step(action)
        assert reward == (1.0 if action == right else -1.0)
        assert info["outcome"] == ("correct" if action == right else "wrong_action")
        if terminated:
            break


def test_masks_in_three_places_agree_and_rule_nothing_out() -> None:
    env = VIRLNavigationEnv(mask_in_observation=True)
    observation, info = env.reset(seed=0)
    assert env.observation_space.contains(observation)
    assert observation["action_mask"].all()
    assert env.action_masks().all()
    assert info["action_mask"].all()
    assert "action_mask" not in VIRLNavigationEnv(mask=None).reset(seed=0)[1]


def test_a_route_is_walked_by_reset_and_by_keyword() -> None:
    route = virl_env.route_pool("rio claro", 3)[2]
    env = VIRLNavigationEnv()
    env.reset(seed=0, options={"route": route})
    assert env.route == route
    fixed = VIRLNavigationEnv(route=route, initial_heading="route")
    fixed.reset(seed=1)
    assert (fixed.route, fixed.initial_heading) == (route, route.initial_heading)


def test_splits_share_no_route_and_cities_can_be_left_out() -> None:
    def digests(**keywords: Any) -> set[str]:
        env = VIRLNavigationEnv(**keywords)
        return {route.digest for route in env.task.dealer.pool.routes}

    parts = [digests(routes=200, split=s, fold=(2, 5)) for s in ("train", "validation", "test")]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 200
    assert min(map(len, parts)) > 20
    tests = [digests(routes=200, split="test", fold=(k, 4)) for k in range(4)]
    assert sum(map(len, tests)) == len(set.union(*tests)) == 200
    cities = list(virl_env.UNSEEN_CITIES)
    for k, city in enumerate(cities):
        left_out = VIRLNavigationEnv(
            city=cities, routes=2, split="test", split_by="city", fold=(k, len(cities))
        )
        assert {route.city for route in left_out.task.dealer.pool.routes} == {city}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda env: env.reset(options={"route": "home"}), ["'home'", "load_routes"]),
        (lambda env: env.step(14), ["14", "0 to 13"]),
        (lambda env: env.step(True), ["True"]),
        (lambda env: env.step("forward()"), ["forward()"]),
        (lambda env: VIRLNavigationEnv(mask="hand"), ["'hand'", "'syntax'"]),
        (lambda env: VIRLNavigationEnv(city="atlantis"), ["'atlantis'", "gridhaven", ".npz"]),
        (lambda env: VIRLNavigationEnv(city=[]), ["empty"]),
        (lambda env: VIRLNavigationEnv(directions="up"), ["'up'", "'absolute'", "'random'"]),
        (lambda env: VIRLNavigationEnv(directions=("world", ("north",))), ["north"]),
        (lambda env: VIRLNavigationEnv(drop_rate=1.5), ["drop_rate", "1.5"]),
        (lambda env: VIRLNavigationEnv(initial_heading=360), ["initial_heading", "360", "'route'"]),
        (lambda env: VIRLNavigationEnv(split="dev"), ["'dev'", "'train'"]),
        (lambda env: VIRLNavigationEnv(routes=1, split="validation"), ["routes"]),
        (lambda env: VIRLNavigationEnv(turns=(3, 9)), ["turns", "(3, 9)"]),
        (lambda env: VIRLNavigationEnv(movement="fly"), ["'fly'", "'rail'"]),
    ],
)
def test_bad_calls_are_named(call: Any, words: list[str]) -> None:
    env = VIRLNavigationEnv()
    env.reset(seed=0)
    with pytest.raises(ValueError, match=r".") as error:
        call(env)
    assert [word for word in words if word not in str(error.value)] == []


def test_asking_before_the_first_reset_says_what_to_do() -> None:
    env = gym.make("VIRLNavigation-v0").unwrapped
    for ask in (lambda: env.route, env.expert_action, lambda: env.steps, env.render):
        with pytest.raises(gym.error.ResetNeeded, match="reset"):
            ask()


def test_the_accuracies_are_those_of_a_slow_count() -> None:
    env = gym.make("VIRLNavigation-v0", directions="random", max_attempts=3).unwrapped
    env.reset(seed=4)
    tried: dict[str, list[bool]] = {}
    for action in some_actions(60, seed=2):
        kind = env.steps[env.at].kind
        right = ACTION_INDEX[env.steps[env.at].action]
        chosen = right if action % 2 else action
        tried.setdefault(kind, []).append(chosen == right)
        *_, done, _, info = env.step(chosen)
        every = [hit for hits in tried.values() for hit in hits]
        assert info["step_accuracy"] == pytest.approx(np.mean(every))
        assert info["turn_accuracy"] == pytest.approx(np.mean(tried.get("turn", [0])))
        assert info["macro_accuracy"] == pytest.approx(
            np.mean([np.mean(h) for h in tried.values()])
        )
        if done:
            break


def test_the_map_is_of_the_city_that_was_given() -> None:
    city = virl_env.synthetic_city("river", 3, area=1.0)
    env = VIRLNavigationEnv(city=city, routes=5)
    env.reset(seed=0)
    assert env.city is city


def test_a_category_that_no_city_here_has_is_told_as_none() -> None:
    env = VIRLNavigationEnv()
    env.reset(seed=0)
    route = env.route
    legs = [
        replace(leg, landmark=leg.landmark and replace(leg.landmark, category="castle"))
        for leg in route.legs
    ]
    observation, _ = env.reset(options={"route": replace(route, legs=tuple(legs), path=())})
    assert decode(observation)["categories"] == {}
    assert any(leg.landmark for leg in route.legs)


def test_resets_refuse_options_that_are_no_dict() -> None:
    for env in (VIRLNavigationEnv(), gym.make_vec("VIRLNavigation-v0", num_envs=2)):
        with pytest.raises(ValueError, match=r"Reset options are a dict with .*; got 3"):
            env.reset(options=3)


def test_a_route_given_by_hand_leads_through_a_city_of_the_id() -> None:
    at_home, abroad = (sample_route(city, 1) for city in ("gridhaven", "rio claro"))
    unseen = gym.make("VIRLNavigation-VisualOOD-v0").unwrapped
    unseen.reset(seed=0)
    before = unseen.route
    with pytest.raises(ValueError, match=r"'gridhaven'.*'rio claro'"):
        unseen.reset(options={"route": at_home})
    assert unseen.route is before
    unseen.reset(options={"route": abroad})
    assert unseen.route == abroad
    # The training city is the default, so that routes of files need no city.
    usual = gym.make("VIRLNavigation-v0").unwrapped
    usual.reset(options={"route": abroad})
    assert usual.route == abroad
    long = replace(abroad, legs=abroad.legs[:1] * (MAX_LEGS + 1))
    with pytest.raises(ValueError, match="9 legs"):
        usual.reset(options={"route": long})


@pytest.mark.parametrize("movement", ["rail", "free"])
@pytest.mark.parametrize("rule", ["absolute", "relative", "random"])
def test_the_full_mask_leaves_the_words_of_the_rule(rule: str, movement: str) -> None:
    keywords = {"directions": rule, "movement": movement, "routes": 20, "mask": "full"}
    env = gym.make("VIRLNavigation-v0", **keywords).unwrapped
    vector = gym.make_vec("VIRLNavigation-v0", num_envs=2, **keywords).unwrapped
    for seed in range(4):
        _, info = env.reset(seed=seed)
        words = {f"turn_direction({word})" for word in env.directions.words}
        allowed = {ACTIONS[index] for index in info["action_mask"].nonzero()[0]}
        assert allowed == {"forward()", "stop()"} | words
        assert (env.action_masks() == info["action_mask"].astype(bool)).all()
        assert env.action_masks()[env.expert_action()]
        _, infos = vector.reset(seed=[seed, seed + 1])
        assert (infos["action_mask"][0] == info["action_mask"]).all()
        assert (vector.action_masks()[0] == env.action_masks()).all()
