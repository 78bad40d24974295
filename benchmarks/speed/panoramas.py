"""How long views out of panoramas take: `python -m benchmarks.speed.panoramas`."""

from __future__ import annotations

import json
import pickle
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.speed.rows import best_speeds, row, show, with_ratios
from virl_env.panoramas import PanoramaFolder

WIDTH = 4096
"""Of the panoramas in pixels."""

PANORAMAS = 4
MAPPED = 100_000
"""Places in the mapping, many more than the study has."""

_ROUNDS = 3


def measure() -> list[dict[str, Any]]:
    """Time views of 64 and 640 pixels on one core, at panoramas not seen before and seen.

    Returns:
        Rows as `benchmarks.speed.rows.row` makes them, without bars.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        places = _write(folder)
        opened = {"open": lambda: PanoramaFolder(folder)}
        seconds = 1 / best_speeds(opened, {"open": 1.0}, _ROUNDS)["open"]
        rows = [row(f"a mapping of {MAPPED:,} places", seconds, "s")]
        source = PanoramaFolder(folder)
        forgetful = PanoramaFolder(folder, memory=0)
        beside = [(latitude + 1e-5, longitude) for latitude, longitude in places]
        found = {"find": lambda: [source.find(place) for place in beside]}
        speed = best_speeds(found, {"find": len(beside)}, _ROUNDS)["find"]
        rows.append(row("nearest panoramas", speed, "places/s"))
        for size in (64, 640):

            def look(at: PanoramaFolder, size: int = size) -> None:
                for heading, place in enumerate(places):
                    at.four(place, 10.0 * heading, size)

            look(source)
            speeds = best_speeds(
                {"new": lambda: look(forgetful), "seen": lambda: look(source)},
                {"new": PANORAMAS, "seen": PANORAMAS},
                _ROUNDS,
            )
            for what, speed in speeds.items():
                rows.append(row(f"four views of {size} at panoramas {what}", speed, "sets/s"))
    return rows


def _write(folder: Path) -> list[tuple[float, float]]:
    """Write a folder of panoramas and return the places where they are."""
    numbers = np.arange(MAPPED)
    places = list(zip((40 + numbers * 1e-5).tolist(), (10 + numbers % 300 * 1e-4).tolist()))
    mapping = {place: f"pano_{number % PANORAMAS}" for number, place in enumerate(places)}
    (folder / "gps_pano_mapping.pkl").write_bytes(pickle.dumps(mapping))
    noise = np.random.default_rng(0).integers(0, 255, (WIDTH // 32, WIDTH // 16, 3), np.uint8)
    picture = Image.fromarray(noise).resize((WIDTH, WIDTH // 2))
    for number in range(PANORAMAS):
        picture.save(folder / f"pano_{number}.jpg")
        (folder / f"pano_{number}.metadata.json").write_text(json.dumps({"rotation": 90 * number}))
    return places[:PANORAMAS]


if __name__ == "__main__":
    show(with_ratios(measure()))
