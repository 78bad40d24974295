"""Draws the animations of the environments' pages: `python docs/animations.py`.

Each is an episode that the expert plays, as `render_mode="rgb_array"` shows it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium as gym
from PIL import Image

from shiftgym.recordings.gif import narrower

IMAGES = Path(__file__).parent / "images"
CARDS = {"rule": "rank", "face_cards": True}
STREETS = {"turns": (2, 2), "landmarks": "all", "points_per_segment": 3}
EPISODES: dict[str, tuple[str, dict[str, Any], list[int]]] = {
    "play-cards": ("gp_env:GeneralPoints-v0", CARDS, [1]),
    "play-cards-image": ("gp_env:GeneralPoints-Image-v0", {"look": "random"}, [1, 2, 3]),
    "play-streets": ("virl_env:VIRLNavigation-v0", STREETS, [4]),
    "play-streets-image": ("virl_env:VIRLNavigation-Image-v0", STREETS, [4]),
}
"""The id, its keywords and the seeds of the episodes of each animation."""

WIDTH = {"cards": 300, "streets": 640}
STEP, END = 700, 2100
"""Milliseconds that a step is shown, and the end of an episode."""


def frames(id: str, keywords: dict[str, Any], seeds: list[int]) -> tuple[list[Any], list[int]]:
    """Return the pictures of episodes and how long each is shown."""
    env: Any = gym.make(id, render_mode="rgb_array", **keywords)
    shown, times = [], []
    for seed in seeds:
        env.reset(seed=seed)
        over = False
        while True:
            shown.append(Image.fromarray(env.render()))
            times.append(END if over else STEP)
            if over:
                break
            _, _, terminated, truncated, _ = env.step(env.unwrapped.expert_action())
            over = terminated or truncated
    return shown, times


def main() -> None:
    """Write all of them, as WebP, which browsers show like a picture."""
    for name, episodes in EPISODES.items():
        width = WIDTH[name.split("-")[1]]
        shown, times = frames(*episodes)
        first, *others = (narrower(frame, width) for frame in shown)
        path = IMAGES / f"{name}.webp"
        first.save(
            path, save_all=True, append_images=others, duration=times, loop=0, quality=60, method=6
        )
        print(f"{path.name}: {path.stat().st_size // 1000} kB, {len(shown)} frames")


if __name__ == "__main__":
    main()
