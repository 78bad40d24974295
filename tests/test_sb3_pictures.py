"""The eye, the pictures of demonstrations, and learning from them."""

from __future__ import annotations

import copy
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import torch
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from stable_baselines3 import PPO

import agents.gp.demonstrations
import agents.gp.images
import agents.virl.demonstrations
import agents.virl.images
from agents.images import IMAGES
from agents.lazy_images import LazyImages
from agents.sb3.bc import BCConfig, train_bc
from agents.sb3.checkpoint import load_state, save_state
from agents.sb3.eye import Eye, fingerprints
from agents.sb3.model import (
    SB3Agent,
    SeeingSB3Agent,
    agent_of,
    build_model,
    load_model,
    save_model,
)
from agents.sb3.policy import ResidualPolicy, SightedMLP
from agents.sb3.ppo import PPOConfig, train_ppo
from agents.sb3.rollouts import PictureRollouts
from agents.sb3.shuffle import in_blocks
from agents.sb3.slots import LANDMARKS_BESIDE_VIEWS
from agents.sb3.training import Account, Progress
from shiftgym.sb3 import VectorEnvToSB3
from tests.killed_training import Killed, killer

SIZE = 36
"""Pixels; the smallest that the convolutions take."""

GAMES: dict[str, dict[str, Any]] = {
    "GeneralPoints": {"hand": (2, 3, 4), "num_cards": 3, "max_attempts": 1},
    "VIRLNavigation": {"turns": (1, 1), "landmarks": "all", "split": "train", "max_attempts": 1},
}
DEMONSTRATE: dict[str, Any] = {
    "GeneralPoints": agents.gp.demonstrations.demonstrate,
    "VIRLNavigation": agents.virl.demonstrations.demonstrate,
}
SEE: dict[str, Any] = {
    "GeneralPoints": agents.gp.images.with_pictures,
    "VIRLNavigation": agents.virl.images.with_pictures,
}
tasks = pytest.mark.parametrize("task", GAMES)
cards_daily = pytest.mark.parametrize(
    "task",
    [pytest.param(task, marks=pytest.mark.slow if "VIRL" in task else ()) for task in GAMES],
)
"""What takes seconds on street views, and is the same code on both."""


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> None:
    torch.set_num_threads(1)


def small(task: str, seed: int = 0, image_size: int = SIZE) -> ResidualPolicy:
    env: Any = gym.make(f"{task}-Image-v0", image_size=image_size)
    images = IMAGES[task]
    return build_model(
        env.observation_space,
        env.action_space,
        width=32,
        blocks=1,
        views=images.VIEWS,
        reads=images.READS,
        unordered_reads=images.UNORDERED_READS,
        seed=seed,
    )


def vector_env(task: str, copies: int = 4, **keywords: Any) -> Any:
    keywords = {**GAMES[task], "image_size": SIZE, "mask": None, **keywords}
    made: Any = gym.make_vec(
        f"{task}-Image-v0", num_envs=copies, autoreset_mode="same_step", **keywords
    )
    return made.unwrapped


def shown(task: str, count: int, look: Any = "plain", **keywords: Any) -> Any:
    """Return demonstrations and their transitions with small pictures."""
    rules = {"rules": ("random",)} if task == "VIRLNavigation" else {}
    made: Any = DEMONSTRATE[task](count, **{**rules, **GAMES[task], **keywords})
    return made, SEE[task](made, look, SIZE)


def pictures(count: int, seed: int = 0, channels: int = 3) -> torch.Tensor:
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.integers(0, 256, (count, SIZE, SIZE, channels), dtype=np.uint8))


def weights(policy: ResidualPolicy) -> dict[str, Any]:
    return {name: weight.clone() for name, weight in policy.state_dict().items()}


def equal(left: dict[str, Any], right: dict[str, Any]) -> bool:
    return all(torch.equal(left[name], right[name]) for name in left)


# Pictures of demonstrations


def test_lazy_images_draws_what_is_asked_for_once() -> None:
    drawn: list[int] = []

    def draw(number: int) -> NDArray[np.uint8]:
        drawn.append(number)
        return np.full((2, 2, 3), number, dtype=np.uint8)

    images = LazyImages(draw, (2, 2, 3), np.arange(5, dtype=np.uint8)[:, None], (5,))
    assert len(images) == 5
    assert not drawn
    for asked in ([3, 1], [1, 1, 4, 3], [4]):
        seen = images[np.array(asked)]
        assert seen.shape == (len(asked), 2, 2, 3)
        assert seen[:, 0, 0, 0].tolist() == asked
    assert sorted(drawn) == [1, 3, 4]


def test_pictures_without_room_are_drawn_each_time() -> None:
    drawn: list[int] = []

    def draw(number: int) -> NDArray[np.uint8]:
        drawn.append(number)
        return np.full((2, 2, 3), number, dtype=np.uint8)

    facts = np.arange(5, dtype=np.uint8)[:, None]
    images = LazyImages(draw, (2, 2, 3), facts, (5,), room=2 * 12 + 11)
    for _ in range(2):
        assert images[np.array([4, 0, 2])][:, 0, 0, 0].tolist() == [4, 0, 2]
    assert drawn == [0, 2, 4, 4]


def test_a_number_asked_for_twice_at_once_is_drawn_once() -> None:
    drawn: list[int] = []

    def draw(number: int) -> NDArray[np.uint8]:
        drawn.append(number)
        return np.zeros((1, 1, 3), dtype=np.uint8)

    for room in (100, 0):
        drawn.clear()
        images = LazyImages(draw, (1, 1, 3), np.zeros((3, 1), dtype=np.uint8), (1,), room)
        assert images[np.array([2, 2, 2])].shape == (3, 1, 1, 3)
        assert drawn == [2]


@pytest.mark.parametrize(
    "task, look",
    [
        *((task, look) for task in GAMES for look in ("plain", "random")),
        ("GeneralPoints", {"noise": 2}),
        ("VIRLNavigation", {"night": 2}),
    ],
)
def test_demonstrations_are_seen_as_the_environment_shows_them(task: str, look: Any) -> None:
    more = {"hand": None, "rule": "random", "wrong_attempts": 1, "max_attempts": 2}
    made, seen = shown(task, 5, look, **(more if task == "GeneralPoints" else {"drop_rate": 0.5}))
    assert seen.pictures is not None
    assert seen.picture is not None
    facts = IMAGES[task].facts
    row = 0
    for number in range(5):
        keywords = dict(made.keywords)
        if task == "VIRLNavigation":
            keywords["directions"] = made.rules[int(made.kind[number])]
        env: Any = vector_env(task, 1, look=look, **keywords)
        observation, _ = env.reset(options={"episode_seed": made.episode_seed[number : number + 1]})
        if task == "GeneralPoints":
            script = [
                int(code) - 1 for attempt in made.attempts[number] for code in attempt if code
            ]
            taught_from = len(script) - int((made.attempts[number, -1] > 0).sum())
        else:
            script = [int(code) - 1 for code in made.actions[number] if code]
            taught_from = 0
        for step, action in enumerate(script):
            if step >= taught_from:
                which = seen.picture[row : row + 1]
                assert np.array_equal(observation["image"], seen.pictures[which])
                assert np.array_equal(observation["state"][0], seen.observations[row])
                assert np.array_equal(facts(env.symbols)[0], seen.pictures.facts[which[0]])
                assert seen.actions[row] == action
                row += 1
            observation, *_ = env.step(np.array([action]))
    assert row == len(seen.actions) == len(seen.picture)


def test_walks_by_the_same_point_share_its_picture() -> None:
    _, seen = shown("VIRLNavigation", 400)
    assert len(seen.pictures) < 0.8 * len(seen.picture)
    _, varied = shown("VIRLNavigation", 400, "random")
    assert len(varied.pictures) > len(seen.pictures)


# The eye


@given(st.integers(1, 6), st.integers(1, 40), st.data())
def test_a_changed_byte_changes_the_mark(count: int, size: int, data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    rows = rng.integers(0, 256, (count, size), dtype=np.uint8)
    again = rows.copy()
    assert (fingerprints(rows) == fingerprints(again)).all()
    row, place = data.draw(st.integers(0, count - 1)), data.draw(st.integers(0, size - 1))
    again[row, place] ^= data.draw(st.integers(1, 255))
    assert ((fingerprints(rows) != fingerprints(again)) == (np.arange(count) == row)).all()


def test_pictures_that_are_each_others_negative_differ() -> None:
    rows = np.random.default_rng(0).integers(0, 256, (3, 84, 84, 3), dtype=np.uint8)
    rows[2] = 0
    both = np.concatenate([rows, 255 - rows])
    assert len(set(fingerprints(both).tolist())) == 6


@given(st.integers(0, 10**6), st.integers(2, 40))
def test_pictures_that_differ_in_many_bytes_differ(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    row = rng.integers(0, 256, 192, dtype=np.uint8)
    other = row.copy()
    # The highest bit alone, at many places: what sums of products modulo 2**64 tell worst.
    other[rng.choice(24, count % 24 + 1, replace=False) * 8 + 7] ^= 128
    first, second = fingerprints(np.stack([row, other]))
    assert first != second


@pytest.mark.parametrize("views", [1, 4])
def test_looking_is_seeing_each_picture_once(views: int) -> None:
    eye = Eye((SIZE, SIZE, 3 * views), views, (3, 2))
    distinct = pictures(3, channels=3 * views)
    which = torch.tensor([0, 2, 2, 1, 0])
    with torch.no_grad():
        expected = eye(distinct[which])
        assert torch.allclose(eye.look(distinct[which]), expected, atol=1e-6)
        assert (eye.without_gradients, eye.with_gradients) == (3, 0)
        assert torch.allclose(eye.look(distinct[:2]), expected[[0, 3]], atol=1e-6)
        assert eye.without_gradients == 3
    assert torch.allclose(eye.look(distinct[which]), expected, atol=1e-6)
    assert (eye.without_gradients, eye.with_gradients) == (3, 3)


def test_gradients_through_shared_pictures_are_those_of_each_row() -> None:
    eye = Eye((SIZE, SIZE, 3), 1, (3,))
    rows = pictures(3)[torch.tensor([0, 1, 1, 2, 1])]
    factors = torch.arange(5.0)[:, None]
    grads = []
    for see in (eye, eye.look):
        eye.zero_grad()
        (see(rows) * factors).sum().backward()
        grads.append([weight.grad.clone() for weight in eye.convolutions.parameters()])  # type: ignore[union-attr]
    for one, other in zip(*grads):
        assert torch.allclose(one, other, rtol=1e-3, atol=1e-4 * float(one.abs().max()))


def test_what_was_seen_is_forgotten_with_any_change_of_weights() -> None:
    eye, seen = Eye((SIZE, SIZE, 3), 1, (3,)), pictures(2)
    optimizer = torch.optim.AdamW(eye.parameters(), lr=0.1)

    def step() -> None:
        optimizer.zero_grad()
        eye(seen).sum().backward()
        optimizer.step()

    def in_place() -> None:
        with torch.no_grad():
            eye.projection.weight.mul_(2.0)

    other = Eye((SIZE, SIZE, 3), 1, (3,))

    def through_data() -> None:
        # As SB3's `load_from_vector` does.
        vector = torch.nn.utils.parameters_to_vector(another.parameters())
        torch.nn.utils.vector_to_parameters(vector, eye.parameters())

    another = Eye((SIZE, SIZE, 3), 1, (3,))
    loaded = partial(eye.load_state_dict, other.state_dict())
    for change in (step, in_place, loaded, through_data):
        with torch.no_grad():
            before = eye.look(seen)
        change()
        with torch.no_grad():
            assert torch.allclose(eye.look(seen), eye(seen), atol=1e-4)
            assert not torch.equal(eye.look(seen), before)


def test_a_copy_does_not_remember() -> None:
    eye, seen = Eye((SIZE, SIZE, 3), 1, (3,)), pictures(2)
    with torch.no_grad():
        eye.look(seen)
        twin = copy.deepcopy(eye)
        for weight in twin.parameters():
            weight.mul_(1.5)
        assert torch.allclose(twin.look(seen), twin(seen), atol=1e-6)
        assert torch.allclose(eye.look(seen), eye(seen), atol=1e-4)
    eye.forget()
    with torch.no_grad():
        eye.look(seen)
    assert eye.without_gradients == 4


def test_flops_are_two_for_each_product() -> None:
    for views in (1, 4):
        eye = Eye((64, 64, 3 * views), views, (2,))
        products = [0]

        def count(layer: Any, inputs: Any, output: torch.Tensor, products: Any = products) -> None:
            if isinstance(layer, torch.nn.Conv2d):
                taps = layer.in_channels * layer.kernel_size[0] * layer.kernel_size[1]
                products[0] += output.numel() * taps
            else:
                products[0] += layer.in_features * layer.out_features

        hooks = [
            layer.register_forward_hook(count)
            for layer in eye.modules()
            if isinstance(layer, (torch.nn.Conv2d, torch.nn.Linear))
        ]
        eye(torch.zeros((1, 64, 64, 3 * views), dtype=torch.uint8))
        for hook in hooks:
            hook.remove()
        assert eye.flops == 2 * products[0]


def test_an_eye_wants_three_channels_a_view() -> None:
    with pytest.raises(ValueError, match="4 views need 12 channels"):
        Eye((64, 64, 3), 4, (2,))
    with pytest.raises(ValueError, match="what there is to read"):
        Eye((64, 64, 3), 1, ())


# The policy


@pytest.mark.parametrize("interface, more", [("", {}), ("-Image", {"mask_in_observation": True})])
def test_what_cannot_be_seen_is_refused(interface: str, more: dict[str, Any]) -> None:
    space = gym.make(f"GeneralPoints{interface}-v0", **more).observation_space
    with pytest.raises(ValueError, match="sees a Dict of image and state"):
        SightedMLP(space)


def test_cards_that_change_places_mean_the_same() -> None:
    policy = small("GeneralPoints")
    extractor = policy.features_extractor
    assert isinstance(extractor, SightedMLP)
    state = torch.zeros((2, 44), dtype=torch.uint8)
    reads = IMAGES["GeneralPoints"].READS
    logits = [torch.randn(2, count) for count in reads]

    class Said:
        def __init__(self, answers: list[torch.Tensor]) -> None:
            self._answers = answers

        def answers(self, encoded: torch.Tensor) -> list[torch.Tensor]:
            return self._answers

    seen = []
    for order in ([0, 1, 2, 3, 4, 5], [4, 2, 0, 5, 1, 3]):
        del extractor.eye
        extractor.__dict__["eye"] = Said([logits[place] for place in order])
        seen.append(extractor.consider(state, torch.zeros(2, 256)))
        del extractor.__dict__["eye"]
        extractor.eye = Eye((SIZE, SIZE, 3), 1, reads)
    assert torch.allclose(*seen, atol=1e-6)


@tasks
def test_a_policy_with_an_eye_comes_back_from_its_file(task: str, tmp_path: Path) -> None:
    policy = small(task)
    save_model(tmp_path / "model.pt", policy)
    again = load_model(tmp_path / "model.pt")
    assert again.observation_space == policy.observation_space
    assert equal(weights(policy), weights(again))
    env = vector_env(task)
    observation, info = env.reset(seed=3)
    acted = [agent_of(each).act(observation, info) for each in (policy, again)]
    assert np.array_equal(*acted)
    sampled = [SB3Agent(policy, deterministic=False, seed=s).act(observation, info) for s in (1, 1)]
    assert np.array_equal(*sampled)
    agent = agent_of(again)
    assert isinstance(agent, SeeingSB3Agent)
    read = agent.reads(observation)
    assert read.shape == (4, len(IMAGES[task].READS))
    assert (read < np.array(IMAGES[task].READS)).all()


# Learning


@given(st.lists(st.integers(1, 5), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_blocks_are_shuffled_whole(lengths: list[int], random: Any) -> None:
    count = sum(lengths)
    starts = np.cumsum([0, *lengths[:-1]])
    order = list(range(len(lengths)))
    random.shuffle(order)
    rows = in_blocks(starts, count, np.array(order)).tolist()
    blocks = [list(range(start, start + length)) for start, length in zip(starts, lengths)]
    assert rows == [row for block in order for row in blocks[block]]


def test_rollouts_hold_equal_pictures_together() -> None:
    image = spaces.Box(0, 255, (1, 1, 3), np.uint8)
    space = spaces.Dict({"image": image, "state": spaces.MultiDiscrete([100])})
    buffer = PictureRollouts(8, space, spaces.Discrete(2), n_envs=3)
    rng = np.random.default_rng(0)
    shown_there = rng.integers(0, 5, (8, 3))
    for step in range(8):
        seen = np.repeat(shown_there[step][:, None, None, None], 3, axis=3).astype(np.uint8)
        state = (3 * step + np.arange(3))[:, None]
        zeros = np.zeros(3)
        buffer.add(
            {"image": seen, "state": state},
            zeros[:, None],
            zeros,
            zeros,
            torch.zeros(3),
            torch.zeros(3),
        )
    buffer.compute_returns_and_advantage(torch.zeros(3), np.zeros(3))
    orders = []
    for seed in (0, 0, 1):
        np.random.seed(seed)  # noqa: NPY002 (what SB3 draws from)
        batches = list(buffer.get(5))
        assert [len(batch.actions) for batch in batches] == [5, 5, 5, 5, 4]
        rows = torch.cat([batch.observations["state"] for batch in batches])[:, 0].tolist()
        images = torch.cat([batch.observations["image"] for batch in batches])[:, 0, 0, 0].tolist()
        assert sorted(rows) == list(range(24))
        assert images == [shown_there[int(row) // 3, int(row) % 3] for row in rows]
        changes = sum(one != other for one, other in pairwise(images))
        assert changes == len(set(images)) - 1
        orders.append(rows)
    assert orders[0] != orders[2]


@cards_daily
def test_imitation_learns_to_act_and_to_read(task: str) -> None:
    policy = small(task)
    _, transitions = shown(task, 30)
    heard: list[dict[str, float]] = []
    account = train_bc(
        policy,
        transitions,
        240,
        config=BCConfig(learning_rate=2e-3, batch_size=32, warmup=5),
        callback=lambda progress: heard.append(dict(progress.metrics)),
        callback_every=10,
    )
    assert heard[-1]["loss"] < 0.6 * heard[0]["loss"]
    assert heard[-1]["misreading"] < 0.5 * heard[0]["misreading"]
    assert 0 < account.pictures_trained <= account.tokens_trained
    assert account.pictures_sampled == 0


def test_pictures_that_follow_one_another_are_worked_out_once() -> None:
    _, transitions = shown("GeneralPoints", 8, hand=None)
    account = train_bc(
        small("GeneralPoints"), transitions, 8, config=BCConfig(batch_size=len(transitions.actions))
    )
    assert account.pictures_trained == 8


def test_reading_is_taught_as_far_as_it_weighs() -> None:
    _, transitions = shown("GeneralPoints", 8, hand=None)
    trained = {}
    for weight in (0.0, 1.0):
        policy = small("GeneralPoints")
        heard: list[float] = []
        train_bc(
            policy,
            transitions,
            160,
            config=BCConfig(learning_rate=2e-3, batch_size=32, reading_weight=weight),
            callback=lambda progress, heard=heard: heard.append(progress.metrics["misreading"]),
            callback_every=16,
        )
        trained[weight] = heard[-1]
    assert trained[1.0] < 0.5 * trained[0.0]


def test_who_has_no_eye_is_not_shown_pictures() -> None:
    _, transitions = shown("GeneralPoints", 4)
    env: Any = gym.make("GeneralPoints-v0")
    policy = build_model(env.observation_space, env.action_space, width=16, blocks=1)
    with pytest.raises(ValueError, match="spaces of an -Image id"):
        train_bc(policy, transitions, 4)


@tasks
def test_imitation_by_sight_resumes_exactly(task: str, tmp_path: Path) -> None:
    _, transitions = shown(task, 12)
    config = BCConfig(batch_size=16)

    def run(policy: ResidualPolicy, **keywords: Any) -> Account:
        return train_bc(policy, transitions, 24, config=config, callback_every=2, **keywords)

    straight = small(task)
    account = run(straight, callback=lambda progress: None)
    kill = killer(3)
    path = tmp_path / "bc.pt"
    with pytest.raises(Killed):
        run(small(task), callback=kill, checkpoint=path, save_seconds=0)
    resumed = small(task, seed=9)
    again = run(resumed, callback=lambda progress: None, checkpoint=path, save_seconds=0)
    assert equal(weights(straight), weights(resumed))
    assert again.pictures_trained == account.pictures_trained


@cards_daily
def test_reinforcement_by_sight_resumes_exactly(task: str, tmp_path: Path) -> None:
    config = PPOConfig(n_steps=8, batch_size=16, n_epochs=2)
    more = {"hand": None} if task == "GeneralPoints" else {}

    def run(policy: ResidualPolicy, seed: int, **keywords: Any) -> Account:
        env = vector_env(task, **more)
        return train_ppo(policy, env, 160, config=config, seed=seed, callback_every=1, **keywords)

    straight = small(task)
    account = run(straight, 3)
    assert account.tokens_sampled == 160
    assert 0 < account.pictures_sampled <= 160 + 4 * 5
    # A hand is seen at each of its tokens, a view of the street at one step or at two.
    assert account.tokens_trained == 2 * 160
    most = {"GeneralPoints": 0.6, "VIRLNavigation": 1.0}[task]
    assert 0 < account.pictures_trained <= most * 320
    kill = killer(3)
    path = tmp_path / "ppo.pt"
    with pytest.raises(Killed):
        run(small(task), 3, callback=kill, checkpoint=path, save_seconds=0)
    torch.manual_seed(123)
    np.random.seed(123)  # noqa: NPY002 (what SB3 draws from)
    resumed = small(task, seed=9)
    again = run(resumed, 3, checkpoint=path, save_seconds=0)
    assert equal(weights(straight), weights(resumed))
    assert vars(again) | {"seconds": 0} == vars(account) | {"seconds": 0}


def test_a_look_around_between_updates_changes_no_account() -> None:
    config = PPOConfig(n_steps=8, batch_size=16)
    accounts = []
    for looks in (False, True):
        policy = small("VIRLNavigation")
        agent = agent_of(policy)
        elsewhere = vector_env("VIRLNavigation", 8)
        observation, info = elsewhere.reset(seed=3)

        def look(progress: Progress, looks: bool = looks, agent: Any = agent) -> None:
            if looks:
                agent.act(observation, info)  # noqa: B023 (called before the next turn)

        account = train_ppo(
            policy,
            vector_env("VIRLNavigation"),
            96,
            config=config,
            seed=3,
            callback=look,
            callback_every=1,
        )
        accounts.append((account.pictures_sampled, account.pictures_trained))
    assert accounts[0] == accounts[1]


def test_other_peoples_policies_take_pictures_too() -> None:
    env = vector_env("VIRLNavigation", 2, image_size=SIZE, views="grid")
    bridge = VectorEnvToSB3(env)
    PPO("MultiInputPolicy", bridge, n_steps=8, batch_size=8, n_epochs=1).learn(16)
    bridge.reset()
    for _ in range(40):
        _, _, dones, infos = bridge.step(np.zeros(2, dtype=np.int64))
        if dones.any():
            final = infos[int(dones.argmax())]["terminal_observation"]
            assert set(final) == {"image", "state"}
            break
    else:
        pytest.fail("no episode ended")


def test_landmarks_beside_views_may_be_swapped() -> None:
    """Slots of categories share what reads them, so a swap is seen nowhere in the features."""
    ((start, stop),) = LANDMARKS_BESIDE_VIEWS
    env: Any = gym.make("VIRLNavigation-Image-v0", image_size=SIZE)
    reads = IMAGES["VIRLNavigation"].READS
    policies = [
        build_model(
            env.observation_space,
            env.action_space,
            width=32,
            blocks=1,
            views=4,
            reads=reads,
            unordered=unordered,
        )
        for unordered in (LANDMARKS_BESIDE_VIEWS, ())
    ]
    observation, _ = vector_env("VIRLNavigation").reset(seed=0)
    swapped = {**observation, "state": observation["state"].copy()}
    swapped["state"][:, start:stop] = observation["state"][:, start:stop][:, ::-1]
    assert (swapped["state"] != observation["state"]).any(axis=1).all()
    for policy, indifferent in zip(policies, (True, False)):
        with torch.no_grad():
            before, after = (
                policy.extract_features({key: torch.as_tensor(seen[key]) for key in seen})
                for seen in (observation, swapped)
            )
        assert torch.allclose(before, after, atol=1e-5) == indifferent


@tasks
def test_pictures_and_eyes_that_do_not_fit_are_refused(task: str) -> None:
    made, seen = shown(task, 4)
    with pytest.raises(ValueError, match="show no pictures"):
        train_bc(small(task), made.transitions(), 4)
    with pytest.raises(ValueError, match="Give both the same image_size= and task"):
        train_bc(small(task, image_size=40), seen, 4)


def test_what_eyes_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 36 by 36"):
        Eye((32, 32, 3), 1, (3,))
    env: Any = gym.make("GeneralPoints-Image-v0", image_size=SIZE)
    for runs, told in (((0, 99),), "Facts 0 to 98"), (((0, 2),), "Facts 0 to 1"):
        with pytest.raises(ValueError, match=told):
            build_model(env.observation_space, env.action_space, reads=(3, 4), unordered_reads=runs)
    symbolic: Any = gym.make("GeneralPoints-v0")
    with pytest.raises(ValueError, match="nothing to read"):
        build_model(symbolic.observation_space, symbolic.action_space, reads=(3,))


def test_walks_that_tell_fewer_landmarks_than_are_seen_are_refused() -> None:
    walks = agents.virl.demonstrations.demonstrate(2, rules=("random",))
    with pytest.raises(ValueError, match='landmarks="all"'):
        agents.virl.images.with_pictures(walks)


def test_a_run_goes_on_with_its_own_pictures_only(tmp_path: Path) -> None:
    path = tmp_path / "bc.pt"
    for look in ("plain", "random"):
        _, seen = shown("GeneralPoints", 6, look=look, hand=None)
        if look == "plain":
            train_bc(small("GeneralPoints"), seen, 6, checkpoint=path)
        else:
            with pytest.raises(ValueError, match="other settings: transitions"):
                train_bc(small("GeneralPoints"), seen, 6, checkpoint=path)


def test_weights_that_miss_some_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rl.pt"
    save_model(path, small("GeneralPoints"))
    saved = load_state(path)
    del saved["weights"]["action_net.weight"]
    save_state(path, saved)
    with pytest.raises(ValueError, match="do not fit the network"):
        load_model(path)
