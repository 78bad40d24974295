"""Every id draws each of its render modes, and refuses every other one at construction."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from tests.shells import IDS, INTERFACES, entry, make

VECTORS = [name for name in IDS if "-Text" not in name]
MODES = ("ansi", "rgb_array", "human")


@pytest.mark.parametrize(
    "mode", [*MODES, "nonsense", "", "ANSI", 3, np.array(["ansi", "x"])], ids=str
)
@pytest.mark.parametrize("name", IDS)
def test_single_environments_draw_their_modes_and_refuse_others(
    name: str, mode: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tuple(entry(name).metadata["render_modes"]) == MODES
    if not (isinstance(mode, str) and mode in MODES):
        with pytest.raises(ValueError, match="'ansi', 'rgb_array', 'human' or None"):
            entry(name)(render_mode=mode)
        return
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
        assert [(one.shape[1:], one.dtype) for one in shown] == [((640, 3), np.uint8)] * 2


@pytest.mark.parametrize("mode", [*MODES, "nonsense", 3], ids=str)
@pytest.mark.parametrize("name", VECTORS)
def test_vector_environments_draw_their_modes_and_refuse_others(name: str, mode: Any) -> None:
    modes = entry(name, True).metadata["render_modes"]
    assert list(modes) == (["ansi", "rgb_array"] if "-Image" in name else ["ansi"])
    if mode not in modes:
        with pytest.raises(ValueError, match=f"render_mode={mode!r}.*'ansi'.*-Image") as error:
            make(name, True, {"render_mode": mode})
        assert entry(name, True).__name__ in str(error.value)
        return
    env = make(name, True, {"render_mode": mode})
    env.reset(seed=0)
    for _ in range(2):
        shown = env.render()
        kind = str if mode == "ansi" else np.ndarray
        assert [type(one) for one in shown] == [kind] * 2
        env.step(env.expert_action())


@pytest.mark.parametrize("name", INTERFACES)
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
