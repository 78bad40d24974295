"""Free movement: its transition against an oracle, its episodes, its expert, its shaping."""

from __future__ import annotations

import dataclasses
import math
import pickle
import random
from functools import cache
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from virl_env.actions import ACTION_INDEX, ACTIONS, FORWARD, NUM_ACTIONS, STOP
from virl_env.directions import Directions
from virl_env.env import VIRLNavigationEnv
from virl_env.free.move import Pose, ahead, move, turned
from virl_env.observe import decode
from virl_env.routes.route import Leg, Route
from virl_env.text_env import VIRLNavigationTextEnv
from virl_env.vector_env import VIRLNavigationVectorEnv
from virl_env.world.city import City
from virl_env.world.geometry import COMPASS, RELATIVE, bearing, haversine
from virl_env.world.streets import streets_of
from virl_env.world.synthetic import FAMILIES, named_city, synthetic_city

RULES = ("absolute", "relative", "random")
CODEBOOK = Directions("world", ("south", *COMPASS[1:4], "north", *COMPASS[5:]))
INFO_KEYS = {
    *("outcome", "attempts_left", "is_success", "episode_seed", "task"),
    "action_mask",
    *("spl", "ndtw", "oracle_success"),
}


def make(**keywords: Any) -> VIRLNavigationEnv:
    return VIRLNavigationEnv(**{"routes": 20, "movement": "free", **keywords})


city_of = cache(synthetic_city)


def act(env: Any, action: str) -> Any:
    return env.step(ACTION_INDEX[action])


def star(spokes: list[int], links: list[tuple[int, int]] = []) -> City:  # noqa: B006
    """Return a city of streets of 100 metres out of point 0, at these bearings."""
    places = [(0.0, 0.0)]
    metre = 360e7 / (2 * math.pi * 6_371_008.8)
    for spoke in spokes:
        angle = math.radians(spoke)
        places.append((100 * metre * math.cos(angle), 100 * metre * math.sin(angle)))
    edges = [(0, number) for number in range(1, len(places))] + links
    near: list[list[int]] = [[] for _ in places]
    for one, other in edges:
        near[one].append(other)
        near[other].append(one)
    starts = np.cumsum([0, *map(len, near)])
    neighbours = np.concatenate([sorted(row) for row in near])
    points = np.round(places).astype(np.int32)
    return City("Star", "", 0, points, starts, neighbours, ())


def route_of(city: City, path: tuple[int, ...], initial_heading: int = 0) -> Route:
    """Return a route along a path whose every step is a leg."""
    legs = []
    for one, other in pairwise(map(city.geocode, path)):
        heading = round(bearing(one, other)) % 360
        legs.append(Leg(heading, haversine(one, other), other))
    start = city.geocode(path[0])
    return Route(city.name, start, "here", "there", initial_heading, tuple(legs), path)


# The transition.


def oracle(city: City, rule: Directions, pose: Pose, action: str) -> Pose | None:
    """Return what an action does, from the city's own arrays and angles tried one by one."""
    ways = {}
    for there in city.neighbours_of(pose.point).tolist():
        ways[there] = bearing(city.geocode(pose.point), city.geocode(there))

    def apart(a: float, b: float) -> float:
        return min((a - b) % 360, (b - a) % 360)

    if action == "forward()":
        there = min(ways, key=lambda way: apart(ways[way], pose.heading))
        if apart(ways[there], pose.heading) > 45:
            return None
        return Pose(there, round(ways[there]) % 360)
    word = action.removeprefix("turn_direction(").removesuffix(")")
    if word not in rule.words:
        return None
    name = (COMPASS if rule.frame == "world" else RELATIVE)[rule.words.index(word)]
    if rule.frame == "world":
        middle = COMPASS.index(name) * 45.0
        fits = [b for b in ways.values() if (b - middle + 22.5) % 360 < 45]
    else:
        middle = pose.heading + {"left": -90, "right": 90}.get(name, 45 if "right" in name else -45)
        low, high = {
            "left": (180, 315),
            "right": (45, 180),
            "slightly left": (315, 360),
            "slightly right": (0, 45),
        }[name]
        turns = [(b - pose.heading) % 360 for b in ways.values()]
        if name == "left":
            turns = [turn for turn in turns if low < turn < high]
        elif name == "right":
            turns = [turn for turn in turns if low < turn <= high]
        elif name == "slightly left":
            turns = [turn for turn in turns if low <= turn < high]
        else:
            turns = [turn for turn in turns if low <= turn <= high]
        fits = [pose.heading + turn for turn in turns]
    heading = min(fits, key=lambda b: apart(b, middle), default=middle)
    return Pose(pose.point, round(heading) % 360)


@pytest.mark.parametrize("family", FAMILIES)
def test_moves_are_those_of_the_oracle(family: str) -> None:
    city = city_of(family, 11)
    streets = streets_of(city)
    drawn = random.Random(family)
    crossings = np.flatnonzero(city.degrees != 2).tolist()
    for _ in range(300):
        frame = drawn.choice(("world", "body"))
        words = COMPASS if frame == "world" else RELATIVE
        rule = Directions(frame, tuple(drawn.sample(words, len(words))))
        point = drawn.choice((drawn.randrange(len(city.points)), drawn.choice(crossings)))
        pose = Pose(point, drawn.randrange(360))
        for action, name in enumerate(ACTIONS):
            if action != STOP:
                assert move(streets, rule, pose, action) == oracle(city, rule, pose, name), name


def test_forward_takes_the_closest_street_within_45_degrees() -> None:
    streets = streets_of(star([0, 50, 180]))
    slots = [ahead(streets, Pose(0, heading)) for heading in (0, 24, 26, 94, 96, 134, 136, 316)]
    assert [slot + 1 for slot in slots] == [1, 1, 2, 2, 0, 0, 3, 1]


@pytest.mark.parametrize(
    ("rule", "heading", "word", "expected"),
    [
        # Of two streets in a direction the one closest to its middle; without one the middle.
        ("absolute", 200, "north", 2),
        ("absolute", 200, "east", 90),
        ("absolute", 200, "northeast", 45),
        ("absolute", 200, "southwest", 225),
        ("relative", 180, "left", 20),
        ("relative", 280, "right", 2),
        ("relative", 2, "right", 180),
        ("relative", 181, "right", 271),
        ("relative", 338, "slightly right", 20),
        ("relative", 25, "slightly left", 2),
        ("relative", 100, "slightly left", 55),
        ("relative", 20, "around", None),
        ("absolute", 20, "left", None),
        ("relative", 20, "north", None),
    ],
)
def test_turns(rule: str, heading: int, word: str, expected: int | None) -> None:
    streets = streets_of(star([2, 20, 180]))
    assert turned(streets, Directions.parse(rule), Pose(0, heading), word) == expected


def test_a_codebook_turns_by_its_table() -> None:
    streets = streets_of(star([0, 180]))
    assert turned(streets, CODEBOOK, Pose(0, 90), "south") == 0
    assert turned(streets, CODEBOOK, Pose(0, 90), "north") == 180


# The expert.


def walk(env: VIRLNavigationEnv, **reset: Any) -> dict[str, Any]:
    """Return the last info of an episode of the expert, who never fails an attempt."""
    env.reset(**reset)
    while True:
        _, reward, terminated, truncated, info = env.step(env.expert_action())
        assert reward == float(terminated)
        if terminated or truncated:
            return info


def arrive(family: str, rule: str, count: int, expert: str, seed: int) -> None:
    city = city_of(family, seed)
    env = make(city=city, routes=count, directions=rule, expert=expert)
    for number, route in enumerate(env.task.dealer.pool.routes):
        info = walk(env, options={"route": route, "episode_seed": number})
        assert info["is_success"]
        assert info["oracle_success"]
        assert info["spl" if expert == "shortest" else "ndtw"] == pytest.approx(1.0)


@pytest.mark.parametrize("expert", ["shortest", "route"])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("family", FAMILIES)
def test_expert_arrives(family: str, rule: str, expert: str) -> None:
    arrive(family, rule, 4, expert, seed=11)


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("family", FAMILIES)
def test_expert_arrives_on_1000_routes(family: str, rule: str) -> None:
    arrive(family, rule, 1_000, "shortest", seed=12)


@pytest.mark.parametrize("rule", RULES)
def test_expert_arrives_from_wherever_it_stands(rule: str) -> None:
    env = make(directions=rule, max_steps=10_000)
    drawn = random.Random(rule)
    for seed in range(10):
        env.reset(seed=seed)
        for _ in range(60):
            env.step(drawn.choice([FORWARD, FORWARD, *range(2, NUM_ACTIONS)]))
        terminated = False
        while not terminated:
            _, reward, terminated, truncated, info = env.step(env.expert_action())
            assert not truncated
        assert (reward, info["is_success"]) == (1.0, True)


def test_expert_goes_round_where_no_word_faces_a_street() -> None:
    """North are two streets, and the second is closest to no heading that a turn can take."""
    city = star([0, 20, 45], [(1, 2)])
    env = make(city=city, route=route_of(city, (0, 2)), initial_heading=0, max_steps=50)
    _, _ = env.reset()
    points = [env.pose.point]
    terminated = False
    while not terminated:
        *_, terminated, _, info = env.step(env.expert_action())
        points.append(env.pose.point)
    assert list(dict.fromkeys(points)) == [0, 1, 2]
    assert info["is_success"]
    assert 0.5 < info["spl"] < 1.0


def test_expert_gives_up_where_words_lead_nowhere() -> None:
    city = star([0, 20, 45])
    env = make(city=city, route=route_of(city, (0, 2)), initial_heading=0)
    env.reset()
    assert env.expert_action() == STOP
    _, reward, terminated, _, info = env.step(STOP)
    assert (reward, terminated, info["outcome"]) == (-1.0, True, "wrong_action")
    # Where the walker happens to face it, it is a street like any other.
    env = make(city=city, route=route_of(city, (0, 2)), initial_heading=20)
    assert walk(env)["is_success"]


# Episodes.


def test_gymnasium_finds_no_fault() -> None:
    env = gym.make("VIRLNavigation-v0", movement="free", routes=20, render_mode="ansi")
    check_env(env.unwrapped)
    assert make().observation_space == VIRLNavigationEnv(routes=20).observation_space


def test_infos_have_the_same_keys_and_observations_lie_in_the_space() -> None:
    env = make(directions="random", max_steps=100)
    for seed in range(10):
        env.action_space.seed(seed)
        observation, info = env.reset(seed=seed)
        assert (info["outcome"], info["spl"], info["attempts_left"]) == ("none", 0.0, 100)
        ended = False
        while not ended:
            assert observation in env.observation_space
            assert info.keys() == INFO_KEYS
            assert 0.0 <= info["ndtw"] <= 1.0
            observation, _, terminated, truncated, info = env.step(int(env.action_space.sample()))
            assert not (terminated and truncated)
            ended = terminated or truncated
        assert info.keys() == INFO_KEYS


def test_what_fails_moves_nothing() -> None:
    env = make(directions="absolute")
    env.reset(seed=0)
    before = env.pose
    observation, reward, terminated, _, info = act(env, "turn_direction(left)")
    assert (reward, terminated, info["outcome"]) == (-1.0, False, "wrong_action")
    assert env.pose == before
    assert env.actions == []
    assert decode(observation)["previous"] == "turn_direction(left)"
    observation, reward, *_, info = act(env, "turn_direction(north)")
    assert (reward, info["outcome"]) == (0.0, "none")
    assert decode(observation)["previous"] is None
    assert decode(observation)["actions"] == ["turn_direction(north)"]


def test_forward_without_a_street_ahead_fails() -> None:
    city = star([0, 180])
    env = make(city=city, route=route_of(city, (0, 1)), initial_heading=90)
    env.reset()
    assert act(env, "forward()")[1] == -1.0
    act(env, "turn_direction(north)")
    assert act(env, "forward()")[1] == 0.0
    assert env.pose == (1, 0)


def test_stop_is_right_within_25_metres() -> None:
    env = make()
    env.reset(seed=3)
    end = env.route.path[-1]
    walked = 0
    while True:
        city = named_city(env.route.city)
        near = haversine(city.geocode(env.pose.point), city.geocode(end)) <= 25
        if near:
            break
        env.step(env.expert_action())
        walked += 1
    assert env.pose.point != end
    _, reward, terminated, _, info = env.step(STOP)
    assert (reward, terminated, info["is_success"], info["outcome"]) == (1.0, True, True, "correct")
    env.reset(seed=3)
    for _ in range(walked - 1):
        *_, info = env.step(env.expert_action())
    assert not info["oracle_success"]
    assert env.step(STOP)[1] == -1.0
    with pytest.raises(gym.error.ResetNeeded):
        env.step(FORWARD)


def test_how_well_one_walks_is_told_at_the_end_only() -> None:
    """With few actions left the same where time runs out, and in a vector environment."""
    for env in (make(), make(max_steps=3), VIRLNavigationTextEnv(routes=20, movement="free")):
        _, info = env.reset(seed=1)
        ended = False
        while not ended:
            told = [info[key] for key in ("spl", "ndtw", "oracle_success")]
            assert told == [0.0, 0.0, False]
            assert type(told[2]) is bool
            *_, terminated, truncated, info = env.step(env.expert_action())
            ended = terminated or truncated
        assert info["ndtw"] > 0
        assert info["oracle_success"] == info["is_success"] == (info["spl"] > 0.99)
    envs = VIRLNavigationVectorEnv(2, movement="free", routes=20, max_steps=3)
    envs.reset(seed=1)
    told = [envs.step(np.full(2, FORWARD))[4]["ndtw"].tolist() for _ in range(3)]
    assert told[:2] == [[0.0, 0.0]] * 2
    assert min(told[2]) > 0


def test_passing_the_destination_is_an_oracle_success_only() -> None:
    city = star([0, 180])
    env = make(city=city, route=route_of(city, (0, 1)), initial_heading=0)
    env.reset()
    *_, info = act(env, "forward()")
    assert env.unwrapped.episode.course.has_arrived(env.pose.point)
    # Told now, it would say that one may stop here.
    assert not info["oracle_success"]
    act(env, "turn_direction(south)")
    act(env, "forward()")
    *_, info = act(env, "stop()")
    assert info["oracle_success"]
    assert (info["is_success"], info["spl"]) == (False, 0.0)


def test_spl_compares_with_the_shortest_way() -> None:
    env = make(expert="route")
    for seed in range(10):
        info = walk(env, seed=seed)
        shortest = env.episode.course.length  # type: ignore[union-attr]
        assert info["spl"] == pytest.approx(shortest / env.route.length, abs=1e-3)


def test_time_limit() -> None:
    env = make()
    env.reset(seed=0)
    actions = len(env.route.path) + len(env.route.legs)
    for left in reversed(range(4 * actions)):
        _, _, terminated, truncated, info = act(env, "turn_direction(north)")
        assert (terminated, truncated, info["attempts_left"]) == (False, left == 0, left)
    with pytest.raises(gym.error.ResetNeeded):
        env.step(FORWARD)
    env = make(max_steps=1)
    env.reset(seed=0)
    assert env.step(STOP)[2:4] == (True, False)


@pytest.mark.parametrize("rule", RULES)
def test_lines_follow_the_walker(rule: str) -> None:
    env = make(directions=rule, expert="route", landmarks="all")
    for seed in range(10):
        observation, _ = env.reset(seed=seed)
        count, legs = len(decode(observation)["lines"]), len(env.route.legs)
        lines, terminated = [], False
        while not terminated:
            seen = decode(observation)
            line = count - len(seen["lines"])
            lines.append(line)
            action = env.expert_action()
            # A line of a turn is there while there is something to turn.
            assert (line % 2 == 0) == (action not in (FORWARD, STOP))
            if line % 2 and line // 2 < legs and action == STOP:
                assert seen["intersection"]
                assert seen["landmark"] == env.landmark_order[legs - 1]
            observation, _, terminated, *_ = env.step(action)
        assert sorted(set(lines) | {0}) == list(range(2 * legs))
        assert lines == sorted(lines)


def test_the_line_is_kept_beside_the_route() -> None:
    city = star([0, 90, 180, 270])
    env = make(city=city, route=route_of(city, (3, 0, 2)), initial_heading=0)
    env.reset()
    lines = []
    for action in ("forward()", "forward()", "turn_direction(south)", "forward()"):
        observation = act(env, action)[0]
        lines.append(4 - len(decode(observation)["lines"]))
    assert lines == [2, 2, 2, 2]  # back at the turning point it still tells to turn
    observation = act(env, "turn_direction(east)")[0]
    assert 4 - len(decode(observation)["lines"]) == 3


def test_a_landmark_is_on_its_side_for_the_present_heading() -> None:
    env = make(landmarks="all")
    sides = set()
    for seed in range(10):
        env.reset(seed=seed)
        while env.expert_action() != STOP:
            env.step(env.expert_action())
        city, leg = named_city(env.route.city), env.route.legs[-1]
        for word in COMPASS:
            seen = decode(act(env, f"turn_direction({word})")[0])
            assert leg.landmark is not None
            ahead_of = bearing(city.geocode(env.pose.point), leg.landmark.geocode)
            eighth = int((ahead_of - env.pose.heading + 22.5) % 360 // 45)
            expected = ("front", "right front", "right", "right behind")
            expected += ("behind", "left behind", "left", "left front")
            assert seen["side"] == expected[eighth]
            sides.add(seen["side"])
    assert len(sides) == 8


# The same episodes everywhere.


def play(env: VIRLNavigationEnv, draw: int, **reset: Any) -> list[Any]:
    drawn = random.Random(draw)
    trace: list[Any] = [env.reset(**reset)]
    for _ in range(80):
        actions = [env.expert_action()] * 3 + [FORWARD, drawn.randrange(NUM_ACTIONS)]
        trace.append(env.step(drawn.choice(actions)))
        if trace[-1][2] or trace[-1][3]:
            break
    return [[str(part) for part in step] for step in trace]


@pytest.mark.parametrize("rule", RULES)
def test_determinism_and_replay(rule: str) -> None:
    first, second = make(directions=rule, shaping=0.5), make(directions=rule, shaping=0.5)
    traces = []
    for seed in range(5):
        traces.append(play(first, seed, seed=seed))
        assert traces[-1] == play(second, seed, seed=seed)
        _, info = first.reset()
        options = {"episode_seed": info["episode_seed"]}
        assert play(first, seed, options=options) == play(second, seed, options=options)
    assert len({str(trace[0]) for trace in traces}) == 5


# Rules know nothing of the mode: one is walked by in both, the others in one each.
@pytest.mark.parametrize(
    "rule, mode",
    [
        ("absolute", "next_step"),
        ("relative", "same_step"),
        ("random", "next_step"),
        ("random", "same_step"),
    ],
)
def test_single_and_vector_agree(rule: str, mode: str) -> None:
    keywords: Any = {"directions": rule, "movement": "free", "routes": 20, "max_steps": 60}
    keywords["shaping"] = 1.0
    seeds = [4, 5, 6]
    vector = VIRLNavigationVectorEnv(3, autoreset_mode=mode, **keywords)
    singles = [VIRLNavigationEnv(**keywords) for _ in seeds]
    observations, infos = vector.reset(seed=list(seeds))
    for copy, single in enumerate(singles):
        observation, info = single.reset(seed=seeds[copy])
        np.testing.assert_array_equal(observations[copy], observation)
        same(infos, copy, info)
    drawn, over, endings = random.Random(rule), [False] * 3, {"terminated": 0, "truncated": 0}
    for _ in range(130):
        expert = vector.expert_action()
        for copy, single in enumerate(singles):
            assert vector.route(copy) == single.route
            assert vector.directions(copy) == single.directions
            assert expert[copy] == single.expert_action()
        actions = [drawn.choice([right, right, drawn.randrange(14)]) for right in expert]
        observations, rewards, terminated, truncated, infos = vector.step(np.array(actions))
        for copy, single in enumerate(singles):
            if over[copy] and mode == "next_step":
                observation, info = single.reset()
                expected: Any = (0.0, False, False)
                over[copy] = False
            else:
                observation, *expected, info = single.step(int(actions[copy]))
                over[copy] = expected[1] or expected[2]
                endings["terminated"] += expected[1]
                endings["truncated"] += expected[2]
                if over[copy] and mode == "same_step":
                    np.testing.assert_array_equal(infos["final_obs"][copy], observation)
                    same(infos["final_info"], copy, info)
                    observation, info = single.reset()
            assert (rewards[copy], terminated[copy], truncated[copy]) == tuple(expected)
            np.testing.assert_array_equal(observations[copy], observation)
            same(infos, copy, info)
    assert endings["terminated"]


def same(infos: dict[str, Any], copy: int, info: dict[str, Any]) -> None:
    for key, value in info.items():
        if key == "task":
            continue  # of single environments alone
        np.testing.assert_array_equal(infos[key][copy], value, err_msg=key)


@pytest.mark.parametrize("mode", ["next_step", "same_step"])
def test_states_are_taken_up(mode: str) -> None:
    keywords: Any = {"movement": "free", "routes": 20, "max_steps": 40, "directions": "random"}
    first, second = (VIRLNavigationVectorEnv(4, autoreset_mode=mode, **keywords) for _ in range(2))
    unstarted = first.get_state()
    first.reset(seed=1)
    drawn = np.random.default_rng(0)
    for _ in range(70):
        first.step(drawn.integers(NUM_ACTIONS, size=4))
    state = pickle.loads(pickle.dumps(first.get_state()))
    second.set_state(state)
    for _ in range(70):
        np.testing.assert_array_equal(first.expert_action(), second.expert_action())
        actions = drawn.integers(NUM_ACTIONS, size=4)
        for one, other in zip(first.step(actions)[:4], second.step(actions)[:4]):
            np.testing.assert_array_equal(one, other)
    second.set_state(unstarted)
    with pytest.raises(gym.error.ResetNeeded):
        second.step(np.zeros(4, dtype=np.int64))


def test_time_limit_of_the_vector_environment() -> None:
    keywords: Any = {"movement": "free", "routes": 20}
    vector = VIRLNavigationVectorEnv(2, max_episode_steps=3, **keywords)
    vector.reset(seed=0)
    turning = np.full(2, ACTION_INDEX["turn_direction(north)"])
    ends = [vector.step(turning)[3].tolist() for _ in range(4)]
    assert ends == [[False] * 2, [False] * 2, [True] * 2, [False] * 2]


# Shaping.


def decisions(env: VIRLNavigationEnv) -> dict[Pose, dict[int, tuple[float, Pose | None]]]:
    """Return what each action is worth and leads to at each pose, None for the end, by trying."""
    env.reset(seed=0)
    paths: dict[Pose, list[int]] = {env.pose: []}
    found: dict[Pose, dict[int, tuple[float, Pose | None]]] = {}
    queue = [env.pose]
    for pose in queue:
        found[pose] = {}
        for action in range(NUM_ACTIONS):
            env.reset(seed=0)
            for before in paths[pose]:
                env.step(before)
            _, reward, terminated, *_ = env.step(action)
            found[pose][action] = reward, None if terminated else env.pose
            if not terminated and env.pose not in paths:
                paths[env.pose] = [*paths[pose], action]
                queue.append(env.pose)
    return found


def best_actions(
    found: dict[Pose, dict[int, tuple[float, Pose | None]]], discount: float
) -> dict[Pose, set[int]]:
    """Return the optimal actions at each pose, by value iteration."""
    values = dict.fromkeys(found, 0.0)

    def worth(pose: Pose, action: int) -> float:
        reward, there = found[pose][action]
        return reward + (discount * values[there] if there is not None else 0.0)

    for _ in range(400):
        values = {pose: max(worth(pose, action) for action in found[pose]) for pose in found}
    return {
        pose: {action for action in found[pose] if worth(pose, action) > values[pose] - 1e-9}
        for pose in found
    }


@pytest.mark.parametrize("rule", ["absolute", "relative"])
def test_shaping_leaves_the_optimal_policy_alone(rule: str) -> None:
    city = star([0, 90, 180], [(1, 2)])
    keywords: Any = {"city": city, "route": route_of(city, (3, 0, 1)), "directions": rule}
    keywords |= {"max_steps": 1_000, "initial_heading": 90}
    plain = decisions(make(**keywords))
    shaped = decisions(make(**keywords, shaping=3.0, shaping_discount=0.9))
    assert len(plain) > 10
    assert {pose: set(plain[pose]) for pose in plain} == {pose: set(shaped[pose]) for pose in plain}
    assert any(plain[pose][FORWARD] != shaped[pose][FORWARD] for pose in plain)
    assert best_actions(plain, 0.9) == best_actions(shaped, 0.9)


def test_a_stop_ends_with_a_potential_of_zero_wherever_it_is_made() -> None:
    """Otherwise where one stops would be worth something, and the optimal policy another."""
    for seed in range(4):
        plain, shaped = make(), make(shaping=50.0, shaping_discount=0.5)
        for steps in range(40):
            plain.reset(seed=seed)
            shaped.reset(seed=seed)
            for _ in range(steps):
                action = plain.expert_action()
                plain.step(action)
                shaped.step(action)
            course, point = plain.episode.course, plain.pose.point
            extra = shaped.step(STOP)[1] - plain.step(STOP)[1]
            assert extra == pytest.approx(50.0 * course.to_go[point] / course.length)
            if point == plain.route.path[-1]:
                break


def test_what_is_in_sight_is_the_nearest_landmark_within_25_metres() -> None:
    env, seen = make(landmarks="all"), {True: 0, False: 0}
    for seed in range(6):
        env.reset(seed=seed)
        course = env.episode.course
        for point in env.route.path:
            here = course.city.geocode(point)
            near = min(
                (haversine(here, leg.landmark.geocode), number)
                for number, leg in enumerate(env.route.legs, 1)
                if leg.landmark is not None
            )
            number, _ = course.sight(Pose(point, 0))
            assert number == (near[1] if near[0] <= 25 else 0)
            seen[near[0] <= 25] += 25 < near[0] < 50 or near[0] <= 25
    assert min(seen.values()) > 5


def test_forward_takes_a_street_at_45_degrees_and_none_beyond() -> None:
    for street, slot in ((45.0, 0), (45.001, -1), (315.0, 0), (314.999, -1)):
        streets: Any = SimpleNamespace(slots=lambda _: range(1), bearings=[street])
        assert ahead(streets, Pose(0, 0)) == slot


def test_shaping_rewards_add_up_to_the_potential_at_the_start() -> None:
    plain, shaped = make(), make(shaping=2.0, shaping_discount=0.9)
    for seed in range(5):
        plain.reset(seed=seed)
        shaped.reset(seed=seed)
        total, factor, terminated = 0.0, 1.0, False
        while not terminated:
            action = plain.expert_action()
            _, reward, terminated, *_ = plain.step(action)
            total += factor * (shaped.step(action)[1] - reward)
            factor *= 0.9
        assert total == pytest.approx(2.0)  # minus the potential there, which is -1


# What is refused.


@pytest.mark.parametrize(
    ("keywords", "told"),
    [
        ({"movement": "rail", "max_steps": 5}, "max_steps=5 needs movement='free'"),
        ({"movement": "rail", "shaping": 0.5}, "shaping=0.5 needs movement='free'"),
        ({"max_steps": 0}, "max_steps must be an integer of at least 1"),
        ({"shaping": -1.0}, "shaping must be a number of at least 0"),
        ({"shaping": math.inf}, "shaping must be a number of at least 0"),
        ({"shaping": "much"}, "shaping must be a number of at least 0"),
        ({"shaping_discount": 1.5}, "shaping_discount must be a number from 0 to 1"),
        ({"expert": "best"}, "expert='best' is unknown"),
        ({"movement": "swim"}, "movement='swim' is unknown"),
    ],
)
def test_keywords_that_are_refused(keywords: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        make(**keywords)


def test_routes_that_are_refused() -> None:
    env = make()
    env.reset(seed=0)
    episode = env.reset()[1]["episode_seed"]
    route = env.route
    city = star([0, 90])
    bad = {
        "has no path in a city": dataclasses.replace(route, path=()),
        "no city called 'Nowhere'": dataclasses.replace(route, city="Nowhere"),
        "another city of that name": dataclasses.replace(route, path=route.path[:-1]),
    }
    bad_paths = (route.path[::-1], (route.path[0], route.path[-1]), (0, 10**6))
    for told, one in [
        *bad.items(),
        *(("another city", dataclasses.replace(route, path=path)) for path in bad_paths),
    ]:
        for refused in (
            lambda one=one: make(route=one),
            lambda one=one: VIRLNavigationVectorEnv(2, movement="free", route=one),
            lambda one=one: env.reset(seed=5, options={"route": one}),
        ):
            with pytest.raises(ValueError, match=told):
                refused()
    # A reset that is refused changes nothing.
    assert env.route == route
    again = make()
    again.reset(seed=0)
    again.reset()
    assert again.reset()[1]["episode_seed"] == env.reset()[1]["episode_seed"] != episode
    fresh = route_of(city, (1, 0))
    with pytest.raises(ValueError, match="no city called 'Star'"):
        make(route=fresh)
    make(route=fresh, city=city).reset()


def test_what_a_rail_has_and_a_free_walker_has_not() -> None:
    free, rail = make(), VIRLNavigationEnv(routes=20)
    free.reset(seed=0)
    rail.reset(seed=0)
    for name in ("at", "steps"):
        with pytest.raises(AttributeError, match="on no rail"):
            getattr(free, name)
    with pytest.raises(AttributeError, match="no pose"):
        _ = rail.pose
    assert free.initial_heading == rail.initial_heading
    assert free.route == rail.route
    assert free.pose == (free.route.path[0], free.initial_heading)


def test_renders() -> None:
    env = make(render_mode="rgb_array")
    env.reset(seed=0)
    before = env.render()
    for _ in range(5):
        env.step(env.expert_action())
    assert before.shape == (640, 960, 3)
    assert (env.render() != before).any()
    text = make(render_mode="ansi")
    text.reset(seed=0)
    assert "Attempts left" in text.render()
