"""What `observation=` shows is what the default shows, in a form that networks take."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st

import gp_env.observe
import tests.number_line
import virl_env.observe
from shiftgym.fields import Fields
from tests.number_line.task import FIELDS as LINE_FIELDS

OBSERVED: dict[str, tuple[Any, Any]] = {
    "GeneralPoints-v0": (gp_env.observe.FIELDS, gp_env.observe.decode),
    "VIRLNavigation-v0": (virl_env.observe.FIELDS, virl_env.observe.decode),
    "NumberLine-v0": (LINE_FIELDS, LINE_FIELDS.integers),
}
PICTURES = ["GeneralPoints-Image-v0", "VIRLNavigation-Image-v0"]
assert tests.number_line.variants()

highs = st.lists(st.lists(st.integers(1, 254), min_size=1, max_size=4), min_size=1, max_size=5).map(
    lambda fields: Fields({f"field {number}": field for number, field in enumerate(fields)})
)


@pytest.mark.parametrize("name", OBSERVED)
def test_a_number_out_of_range_is_refused_by_field(name: str) -> None:
    fields, decode = OBSERVED[name]
    row = gym.make(name).reset(seed=0)[0]
    decode(row)
    for field, where in fields.layout.items():
        for wrong in (255, -1, 0.5, np.nan):
            damaged = row.astype(float)
            damaged[where.start] = wrong
            with pytest.raises(ValueError, match=f"Place 0 of the field '{field}' .* from 0 to"):
                decode(damaged)


@given(fields=highs, data=st.data())
def test_integers_come_back_from_one_hot_rows(fields: Fields, data: st.DataObject) -> None:
    counts = fields.space().nvec
    count = data.draw(st.integers(1, 3))
    rows = np.array(
        [[data.draw(st.integers(0, int(one) - 1)) for one in counts] for _ in range(count)],
        dtype=np.uint8,
    )
    encoded = fields.onehot.encode(rows)
    assert encoded.shape == (count, counts.sum())
    for row, ones in zip(rows, encoded):
        assert fields.onehot.space().contains(ones)
        # The layout is Gymnasium's own.
        assert np.array_equal(ones, spaces.flatten(fields.space(), row))
        for back in (fields.integers(ones), fields.integers(row)):
            assert back.dtype == np.uint8
            assert np.array_equal(back, row)
        for name, where in fields.layout.items():
            assert ones[fields.onehot.layout[name]].sum() == where.stop - where.start


@given(data=st.data())
def test_what_is_not_one_hot_is_refused(data: st.DataObject) -> None:
    fields = Fields({"a": (2, 3), "b": (1,)})
    ones = fields.onehot.encode(np.array([[1, 2, 0]], dtype=np.uint8))[0]
    ones[data.draw(st.integers(0, len(ones) - 1))] += data.draw(st.sampled_from([0.5, -1.0, 1.0]))
    with pytest.raises(ValueError, match="exactly one 1"):
        fields.integers(ones)


@pytest.mark.parametrize("shape", [(3, 9), (4,), ()])
def test_other_shapes_are_refused_with_those_that_are_meant(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"\(3,\).*\(9,\).*got"):
        Fields({"a": (2, 3), "b": (1,)}).integers(np.zeros(shape))


@pytest.mark.parametrize("name", OBSERVED)
@pytest.mark.parametrize("keywords", [{}, {"mask_in_observation": True}])
def test_one_hot_decodes_to_the_default(name: str, keywords: dict[str, Any]) -> None:
    fields, decode = OBSERVED[name]
    env, plain = (gym.make(name, observation=one, **keywords) for one in ("onehot", None))
    vector: Any = gym.make_vec(name, num_envs=3, observation="onehot", **keywords)
    assert vector.single_observation_space == env.observation_space

    def shown(observation: Any) -> Any:
        return observation["observations"] if keywords else observation

    seen, expected = env.reset(seed=3)[0], plain.reset(seed=3)[0]
    vector.reset(seed=[3, 4, 5])
    for _ in range(12):
        assert shown(seen).dtype == np.float32
        assert shown(seen).shape == (fields.onehot.size,)
        assert str(decode(shown(seen))) == str(decode(shown(expected)))
        action = env.unwrapped.expert_action()  # type: ignore[attr-defined]
        seen, _, over, _, _ = env.step(action)
        expected = plain.step(action)[0]
        of_all = shown(vector.step(vector.unwrapped.expert_action())[0])
        assert np.array_equal(of_all[0], shown(seen))
        if over:
            break


@pytest.mark.parametrize("name", PICTURES)
def test_the_picture_alone_is_that_of_the_dict(name: str) -> None:
    env, plain = gym.make(name, observation="image"), gym.make(name)
    assert isinstance(plain.observation_space, spaces.Dict)
    assert env.observation_space == plain.observation_space["image"]
    seen, expected = env.reset(seed=3)[0], plain.reset(seed=3)[0]
    for _ in range(4):
        assert np.array_equal(seen, expected["image"])
        action = env.unwrapped.expert_action()  # type: ignore[attr-defined]
        seen, expected = env.step(action)[0], plain.step(action)[0]


def test_the_pictures_of_streets_have_three_channels_as_a_grid() -> None:
    env = gym.make("VIRLNavigation-Image-v0", observation="image", views="grid")
    assert env.observation_space.shape == (128, 128, 3)


@pytest.mark.parametrize("name", [*OBSERVED, *PICTURES])
def test_spaces_change_with_no_other_keyword(name: str) -> None:
    rule = "directions" if name.startswith("VIRL") else "rule"
    keywords = {rule: {"directions": "relative"}.get(rule, "random"), "max_attempts": 1}
    if name.startswith("Number"):
        keywords["rule"] = "mirrored"
    form = "image" if name in PICTURES else "onehot"
    one, other = gym.make(name, observation=form), gym.make(name, observation=form, **keywords)
    assert one.observation_space == other.observation_space


@pytest.mark.parametrize("name", [*OBSERVED, *PICTURES])
@pytest.mark.parametrize("make", [gym.make, gym.make_vec])
def test_wrong_values_are_answered_in_the_words_of_the_call(name: str, make: Any) -> None:
    ours, other = ("image", "onehot") if name in PICTURES else ("onehot", "image")
    for wrong in ("one-hot", 1, True, "picture"):
        with pytest.raises(ValueError, match=f"observation={wrong!r}.*None, {ours!r}"):
            make(name, observation=wrong)
    with pytest.raises(ValueError, match=f"observation={other!r}.*None or {ours!r}"):
        make(name, observation=other)


def test_texts_say_who_takes_it() -> None:
    with pytest.raises(TypeError, match=r"'observation'.*ids without -Text"):
        gym.make("GeneralPoints-Text-v0", observation="onehot")
