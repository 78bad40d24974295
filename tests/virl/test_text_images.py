"""Dialogues with pictures: what the prompt withholds, what is attached, how reports are judged."""

from __future__ import annotations

import base64
import io
import json
import re
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.virl.compass_views import CompassViews, bearing_of, blue
from virl_env import load_routes
from virl_env.actions import ACTIONS
from virl_env.free.words import FREE
from virl_env.reader import parse_reply
from virl_env.text import DEFAULT, PromptTemplate
from virl_env.text_env import VIRLNavigationTextEnv
from virl_env.verifier import Outcome
from virl_env.views.source import TURNS
from virl_env.views.wording import SEEN, SEEN_COMPACT, SEEN_COMPACT_WORDS, SEEN_FREE
from virl_env.world.city import CATEGORIES

CASES: list[dict[str, Any]] = [
    {},
    {"template": "compact", "directions": "random", "turns": (0, 7), "routes": 50},
    {"movement": "free", "routes": 30},
]


def make(**keywords: Any) -> VIRLNavigationTextEnv:
    given = {"images": True, "image_size": 32, "panoramas": CompassViews(), **keywords}
    return VIRLNavigationTextEnv(**given)


def picture_of(message: dict[str, Any]) -> NDArray[np.uint8]:
    """Return the picture of a message, decoded as a server would."""
    text, picture = message["content"]
    assert (text["type"], picture["type"]) == ("text", "image_url")
    head, _, encoded = picture["image_url"]["url"].partition(",")
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded, validate=True))))


@pytest.mark.parametrize("keywords", CASES)
def test_the_picture_of_the_place_goes_with_its_prompt(keywords: dict[str, Any]) -> None:
    env = make(**keywords)
    said, info = env.reset(seed=2)
    ended = False
    while not ended:
        opening = info["messages"][-1]
        assert opening["role"] == "user"
        assert opening["content"][0]["text"] == said
        picture = picture_of(opening)
        assert picture.shape == (64, 64, 3)
        geocode, heading = env.stand()
        front, back = picture[:32, :32], picture[32:, :32]
        assert [bearing_of(view) for view in (front, back)] == [
            (heading + turn) % 360 for turn in (TURNS[0], TURNS[2])
        ]
        assert (front[:-1, :16, 2] == blue(geocode)).all()
        said, _, terminated, truncated, info = env.step(env.expert_action())
        ended = terminated or truncated
    assert info["is_success"]
    assert info["messages"][-1]["content"] == said


@pytest.mark.parametrize("keywords", CASES)
def test_the_prompt_is_the_same_whatever_is_in_sight(keywords: dict[str, Any]) -> None:
    """Every prompt of an episode differs only by instruction, heading, history and attempts."""
    env, told = make(**keywords), 0
    for seed in range(6):
        said, _ = env.reset(seed=seed)
        ended = False
        while not ended:
            scene = env.scene()
            assert "No landmarks" not in said
            assert not re.search(
                r"In sight|Intersection: |\bsee [A-J] |intersection (yes|no)", said
            )
            if scene.sight != (0, 0):
                # No sentence says of the landmark in sight on which side it is, but instructions.
                lines = said.split("\n")
                free = [line for line in lines if not re.match(r"\d+\. |world: |body: ", line)]
                assert scene.observation not in "\n".join(free)
                told += 1
            said, _, terminated, truncated, _ = env.step(env.expert_action())
            ended = terminated or truncated
    assert told > 5


def test_landmarks_are_told_with_what_they_are() -> None:
    env = make()
    said, _ = env.reset(seed=1)
    for leg in env.route.legs:
        assert leg.landmark is not None
        assert f"{leg.landmark.name} ({leg.landmark.category})" in said
    compact = make(template="compact")
    said, _ = compact.reset(seed=1)
    assert re.search(r"\. ([A-H] \w+, )*[A-H] \w+\. facing", said)
    letters = dict(re.findall(r"([A-H]) (\w+)[,.]", said.rsplit(". ", 2)[1] + "."))
    for number, leg in zip(compact.landmark_order, compact.route.legs):
        assert leg.landmark is not None
        assert letters["ABCDEFGH"[number - 1]] == leg.landmark.category.replace(" ", "_")


def test_compact_dialogues_stay_in_their_words() -> None:
    allowed, used = set(SEEN_COMPACT_WORDS), set[str]()
    env = make(template="compact", directions="random", turns=(0, 7), instructions="landmarks")
    for seed in range(20):
        said, _ = env.reset(seed=seed)
        ended = False
        while not ended:
            reply = env.expert_action()
            used |= set(re.findall(r"\w+", said)) | set(re.findall(r"\w+", reply))
            said, _, ended, _, _ = env.step(reply)
    assert used <= allowed
    assert len(used & {name.replace(" ", "_") for name in CATEGORIES}) > 15


@pytest.mark.parametrize("keywords", CASES)
def test_an_expert_reports_what_is_in_sight(keywords: dict[str, Any]) -> None:
    pictured = make(**keywords)
    told = VIRLNavigationTextEnv(**keywords)
    pictured.reset(seed=3)
    told.reset(seed=3)
    ended, crossings = False, 0
    while not ended:
        reply = pictured.expert_action()
        assert reply == told.expert_action()
        crossings += parse_reply(reply).intersection is True
        seen, other = pictured.step(reply), told.step(reply)
        assert seen[1:4] == other[1:4]
        ended = seen[2] or seen[3]
    assert crossings


@pytest.mark.parametrize("reported", [True, False, None])
def test_a_wrong_report_of_the_intersection_weighs_more(reported: bool | None) -> None:
    env = make()
    env.reset(seed=5)
    ended, seen = False, set()
    while not ended:
        here = env.steps[env.at]
        wrong = next(action for action in ACTIONS if action != here.action)
        reply = {"current observation": "A street.", "action": wrong}
        if reported is not None:
            reply["current observation"] += f" Intersection: {'yes' if reported else 'no'}."
        _, reward, _, _, info = env.step(json.dumps(reply))
        misread = reported is not None and reported is not here.intersection
        expected = Outcome.MISREAD_INTERSECTION if misread else Outcome.WRONG_ACTION
        assert (info["outcome"], reward) == (expected.value, expected.reward)
        seen.add(expected)
        right = {**reply, "action": here.action}
        _, _, ended, _, info = env.step(json.dumps(right))
        assert info["outcome"] == "correct"
    assert len(seen) == (1 if reported is None else 2)


def test_feedback_has_no_picture_and_the_opening_keeps_its_own() -> None:
    env = make()
    _, first = env.reset(seed=5)
    _, _, _, _, info = env.step("hm")
    assert [message["role"] for message in info["messages"]] == [
        *("system", "user", "assistant", "user")
    ]
    assert isinstance(info["messages"][-1]["content"], str)
    assert info["messages"][1] == first["messages"][1]
    # What was given away is the caller's: changing it changes nothing here.
    info["messages"][1]["content"][1]["image_url"]["url"] = "changed"
    assert env.step("hm")[-1]["messages"] != info["messages"]
    env.reset(seed=5)
    assert env.reset(seed=5)[1]["messages"] == first["messages"]


def test_rendered_dialogues_say_where_a_picture_is() -> None:
    env = make(render_mode="ansi")
    said, _ = env.reset(seed=5)
    assert (env.render() or "").endswith(f"[user]\n{said}\n(a picture)")


def test_wordings_for_those_who_see() -> None:
    assert make().template == SEEN
    assert make(template="compact").template == SEEN_COMPACT
    assert make(movement="free").template == SEEN_FREE
    assert SEEN.feedback == DEFAULT.feedback
    assert SEEN_FREE.feedback == FREE.feedback
    own = PromptTemplate("{heading} {landmarks}", "{message}", "ok", "no")
    assert make(template=own).template == own


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"template": PromptTemplate("{observation}", "f", "s", "l")}, ["{observation}", "images"]),
        ({"template": PromptTemplate("{sight}{intersection}", "f", "s", "l")}, ["{sight}"]),
        ({"images": 1}, ["images", "1"]),
        ({"images": False, "look": "random"}, ["look", "images=True"]),
        ({"images": False}, ["panoramas", "images=True"]),
        ({"image_size": 8}, ["image_size", "8"]),
        ({"template": "terse"}, ["'terse'"]),
    ],
)
def test_bad_keywords_are_named(keywords: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        make(**keywords)
    assert [word for word in words if word not in str(error.value)] == []


def test_a_route_of_a_file_is_told_by_pictures(test_data: Any) -> None:
    [route] = load_routes(test_data / "virl_route_sf_apple.json")
    env = make(route=route)
    said, info = env.reset(seed=0)
    assert env.observation_space.contains(said)
    assert picture_of(info["messages"][-1]).shape == (64, 64, 3)
    with pytest.raises(ValueError, match="panoramas"):
        VIRLNavigationTextEnv(images=True, route=route)
