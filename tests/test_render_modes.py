"""Every id draws each of its render modes, and refuses every other one at construction."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from tests.shells import IDS, INTERFACES, entry, make
from tests.virl.compass_views import CompassViews

# -OOD- ids are other names of ids that are drawn, which tests of contracts hold them to.
NAMES = [name for name in IDS if "-OOD-" not in name]
VECTORS = [name for name in NAMES if "-Text" not in name]
MODES = ("ansi", "rgb_array", "human")
# A window shows what "rgb_array" returns, and copies render as single environments do: both are
# drawn under one id of each interface.
DRAWN = [(name, mode) for name in NAMES for mode in MODES if mode != "human" or name in INTERFACES]
DRAWN_COPIES = [
    (name, mode)
    for name in VECTORS
    for mode in ("ansi", "rgb_array")
    if mode != "rgb_array" or name in INTERFACES
]
# Single environments of symbols and of words, and vector environments that draw what is seen.
RECORDED = ("GeneralPoints-v0", "GeneralPoints-Text-v0", "VIRLNavigation-Image-v0")


def shape_of(name: str) -> tuple[int, int, int]:
    """Return the shape of the picture that an id renders."""
    return (780, 640, 3) if "GeneralPoints" in name else (640, 960, 3)


@pytest.mark.parametrize("name", NAMES)
def test_single_environments_refuse_modes_that_they_do_not_have(name: str) -> None:
    assert tuple(entry(name).metadata["render_modes"]) == MODES
    for mode in ("nonsense", "", "ANSI", 3, np.array(["ansi", "x"])):
        with pytest.raises(ValueError, match="'ansi', 'rgb_array', 'human' or None"):
            entry(name)(render_mode=mode)


@pytest.mark.parametrize("name, mode", DRAWN)
def test_single_environments_draw_their_modes(
    name: str, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = make(name, False, {"render_mode": mode})
    monkeypatch.setattr(env._window, "_fps", 1000)
    env.reset(seed=0)
    shown = [env.render()]
    env.step(env.expert_action())
    shown.append(env.render())
    env.close()
    kind = {"ansi": str, "rgb_array": np.ndarray, "human": type(None)}[mode]
    assert [type(one) for one in shown] == [kind] * 2
    if mode == "rgb_array":
        assert [(one.shape, one.dtype) for one in shown] == [(shape_of(name), np.uint8)] * 2


@pytest.mark.parametrize("name", VECTORS)
def test_vector_environments_refuse_modes_that_they_do_not_have(name: str) -> None:
    assert list(entry(name, True).metadata["render_modes"]) == ["ansi", "rgb_array"]
    for mode in ("human", "nonsense", 3):
        with pytest.raises(
            ValueError, match=f"render_mode={mode!r}.*'ansi', 'rgb_array'.*HumanRendering"
        ) as error:
            make(name, True, {"render_mode": mode})
        assert entry(name, True).__name__ in str(error.value)


@pytest.mark.parametrize("name, mode", DRAWN_COPIES)
def test_vector_environments_draw_their_modes(name: str, mode: str) -> None:
    env = make(name, True, {"render_mode": mode})
    env.reset(seed=0)
    for _ in range(2):
        shown = env.render()
        kind = str if mode == "ansi" else np.ndarray
        assert [type(one) for one in shown] == [kind] * 2
        env.step(env.expert_action())


@pytest.mark.parametrize("movement", ["rail", "free"])
@pytest.mark.parametrize("interface", ["", "-Image"])
def test_copies_of_walkers_render_as_single_environments_do(interface: str, movement: str) -> None:
    name = f"VIRLNavigation{interface}-v0"
    keywords: dict[str, Any] = {
        "render_mode": "rgb_array",
        "turns": (0, 0),
        "movement": movement,
        "routes": 20,
    }
    if interface:
        keywords["panoramas"] = CompassViews()
    if movement == "rail":
        keywords["points_per_segment"] = 1
    single = make(name, False, keywords)
    vector = make(name, True, {**keywords, "num_envs": 1})
    single.reset(seed=3)
    vector.reset(seed=[3])
    # A wrong action, then the right ones until the walk has ended.
    action, ended = 1, False
    while not ended:
        assert (vector.render()[0] == single.render()).all()
        ended = single.step(action)[2]
        vector.step(np.array([action]))
        action = single.expert_action()
        if movement == "free" and not single.actions:
            break
    assert (vector.render()[0] == single.render()).all()


@pytest.mark.parametrize("name", RECORDED)
def test_gymnasium_records_videos_of_copies(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames: list[Any] = []

    class Clip:
        """Stands for moviepy's clip, which writes the film."""

        def __init__(self, given: list[Any], fps: int) -> None:
            frames.extend(given)

        def write_videofile(self, path: str, **_: Any) -> None:
            Path(path).write_bytes(b"film")

    moviepy = types.ModuleType("moviepy")
    clips = types.ModuleType("moviepy.video.io.ImageSequenceClip")
    clips.ImageSequenceClip = Clip  # type: ignore[attr-defined]
    for module in ("moviepy", "moviepy.video", "moviepy.video.io"):
        monkeypatch.setitem(sys.modules, module, moviepy)
    monkeypatch.setitem(sys.modules, "moviepy.video.io.ImageSequenceClip", clips)
    made: Any = gym.make_vec(name, num_envs=2, render_mode="rgb_array")
    env = gym.wrappers.vector.RecordVideo(made, str(tmp_path / "films"), video_length=2)
    env.reset(seed=0)
    for _ in range(3):
        env.step(made.action_space.sample())
    env.close()
    height, width, _ = shape_of(name)
    assert [frame.shape for frame in frames] == [(height, 2 * width, 3)] * 3
    assert [path.suffix for path in (tmp_path / "films").iterdir()].count(".mp4") == 1


@pytest.mark.parametrize("name", RECORDED)
def test_gymnasium_makes_lists_of_frames(name: str) -> None:
    env: Any = gym.make(name, render_mode="rgb_array_list")
    env.reset(seed=0)
    env.step(env.unwrapped.expert_action())
    assert len(env.render()) == 2


def test_text_with_pictures_draws_what_the_image_id_draws() -> None:
    shown = []
    for name, keywords in (
        ("VIRLNavigation-Image-v0", {}),
        ("VIRLNavigation-Text-v0", {"images": True}),
    ):
        env = make(name, False, {"render_mode": "rgb_array", "look": {"night": 3}, **keywords})
        env.reset(seed=4)
        shown.append(env.render())
    assert (shown[0] == shown[1]).all()
    words, symbols = (
        make(f"VIRLNavigation{kind}-v0", False, {"render_mode": "rgb_array"})
        for kind in ("-Text", "")
    )
    for env in (words, symbols):
        env.reset(seed=4)
    assert (words.render() == symbols.render()).all()
