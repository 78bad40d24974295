"""Draw the pictures of the front page anew: `make pictures`."""

from __future__ import annotations

from pathlib import Path

from benchmarks.front_page.animation import write_animation
from benchmarks.front_page.tiles import write_tiles

FOLDER = Path("docs/images")


def main() -> None:
    """Write all of them."""
    write_animation(FOLDER / "front.gif")
    write_tiles(FOLDER)


if __name__ == "__main__":
    main()
