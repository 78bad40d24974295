"""Pictures of what lies around a walker: from which source they come, how they are put together.

A picture is made when somebody looks for it first, and kept as long as there is room.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from shiftgym.checks import in_range, one_of, shown
from shiftgym.once import once
from virl_env.config import NavigationConfig
from virl_env.routes.route import Route
from virl_env.views.album import Album
from virl_env.views.look import Look, LookLike, check_look, draw_look
from virl_env.views.source import ViewSource
from virl_env.views.state import SHOWN
from virl_env.world.city import City
from virl_env.world.geometry import Geocode

if TYPE_CHECKING:
    from virl_env.free.batch import FreeBatch
    from virl_env.free.walk import FreeWalk
    from virl_env.rail_batch import RailBatch
    from virl_env.rail_walk import RailWalk

MIN_SIZE, MAX_SIZE, DEFAULT_SIZE = 32, 1200, 64
"""Side of one view, pixels."""

FRAME_SIZE = 320
"""Pixels of one view in `render()`."""

VIEWS = ("stack", "grid")

ALBUM = Album(256 * 2**20)
"""The pictures of all environments of this process."""

_MAX_DRAWN = 64
"""Drawn cities, one for each look, that a process keeps."""

Panoramas: TypeAlias = "str | os.PathLike[str] | ViewSource | None"
Picture: TypeAlias = NDArray[np.uint8]


def stack(four: Picture) -> Picture:
    """Return four views (4, n, n, 3) as channels, (n, n, 12): red, green, blue of the front, ..."""
    _, height, width, _ = four.shape
    return np.ascontiguousarray(four.transpose(1, 2, 0, 3)).reshape(height, width, 12)


def grid(four: Picture) -> Picture:
    """Return four views (4, n, n, 3) as one picture (2 n, 2 n, 3): front, right; back, left.

    A white line between them, so that their seam is not taken for something in the street, covers
    `gutter(n)` pixels of each view.
    """
    front, right, back, left = four
    rows = [np.concatenate(row, axis=1) for row in ((front, right), (back, left))]
    picture = np.concatenate(rows)
    size = four.shape[1]
    seam = slice(size - gutter(size), size + gutter(size))
    picture[seam], picture[:, seam] = 255, 255
    return picture


def gutter(size: int) -> int:
    """Return how many pixels of a view the line between views in a grid covers.

    Args:
        size: of a view, pixels.
    """
    return max(1, size // 96)


def halved(four: Picture) -> Picture:
    """Return views (4, 2 n, 2 n, 3) half as large, each pixel the mean of four."""
    upper, lower = four[:, ::2].astype(np.uint16), four[:, 1::2]
    rows = upper + lower
    mean: Picture = ((rows[:, :, ::2] + rows[:, :, 1::2] + 2) // 4).astype(np.uint8)
    return mean


_ARRANGED = {"stack": stack, "grid": grid}


def image_space(size: int, views: str) -> spaces.Box[Any]:
    """Return the space of pictures: uint8 of shape (n, n, 12), or (2 n, 2 n, 3) for views="grid".

    Args:
        size: n, pixels of one view.
        views: "stack" or "grid".

    Raises:
        ValueError: for a size or views that there are not.
    """
    size = in_range("image_size", size, MIN_SIZE, MAX_SIZE)
    one_of("views", views, VIEWS)
    shape = (size, size, 12) if views == "stack" else (2 * size, 2 * size, 3)
    return spaces.Box(0, 255, shape, np.uint8)


class StreetRenderer:
    """Draws what lies around the walkers of a configuration.

    Args:
        config: whose cities and routes they are.
        image_size: pixels of one view, 32 to 1200.
        views: "stack" or "grid", how four views make a picture.
        look: of drawn cities, as `look.check_look` understands it.
        panoramas: where the views come from: a folder, or a `ViewSource`; None to draw the city.

    Attributes:
        space: of the pictures.
        shown: fields of the symbolic observation that only the picture tells.

    Raises:
        ValueError: for a keyword out of range, or a fixed route without a city that can be drawn.
    """

    shown: tuple[str, ...] = SHOWN

    def __init__(
        self,
        config: NavigationConfig,
        image_size: int = DEFAULT_SIZE,
        views: str = "stack",
        look: LookLike = "plain",
        panoramas: Panoramas = None,
    ) -> None:
        self.space = image_space(image_size, views)
        self.size = int(image_size)
        self.views = views
        self.look = check_look(look)
        self._city_of = config.city_of
        self._panoramas = _opened(panoramas)
        if self._panoramas is not None and self.look != Look():
            raise ValueError(
                f"look={shown(look)} needs a city that is drawn, and panoramas= shows another. "
                f"Leave one of the two out."
            )
        if config.route is not None:
            self.check(config.route)

    def __str__(self) -> str:
        source = "none" if self._panoramas is None else _told(self._panoramas)
        return (
            f"image_size={self.size}, views={self.views}, look={self.look or 'random'}, "
            f"panoramas={source}"
        )

    def check(self, route: Route) -> None:
        """Refuse a route that is in no city that can be drawn.

        Raises:
            ValueError: saying so.
        """
        if self._panoramas is not None or self._city_of(route) is not None:
            return
        raise ValueError(
            f"The route from {route.start_name!r} to {route.destination!r} is in {route.city!r}, "
            f"of which there is nothing to show. Pass its virl_env.City as city=, or panoramas= "
            f"with a folder of panoramas or another virl_env.ViewSource."
        )

    def look_of(self, episode_seed: int) -> Look:
        """Return the look of an episode."""
        return draw_look(episode_seed) if self.look is None else self.look

    def picture(self, city: City | None, look: Look, geocode: Geocode, heading: float) -> Picture:
        """Return what is seen from a place, in the space of pictures; read-only.

        Args:
            city: where it is; None only where panoramas show it.
            look: of the episode.
            geocode: degrees.
            heading: degrees.
        """
        owner = city if self._panoramas is None else self._panoramas
        key = (id(owner), look, self.size, self.views, *geocode, float(heading))
        return ALBUM.find(
            key,
            owner,
            lambda: _ARRANGED[self.views](self.four(city, look, geocode, heading, self.size)),
        )

    def draw(self, episode: RailWalk | FreeWalk) -> Picture:
        """Return what is seen now in an episode, in the space of pictures; read-only."""
        city, look = self._city_of(episode.route), self.look_of(episode.seed)
        return self.picture(city, look, *episode.stand())

    def draw_of(self, batch: RailBatch | FreeBatch, index: int) -> Picture:
        """Return what is seen now in one sub-environment, as `draw` does."""
        city, look = self._scene_of(batch, index)
        return self.picture(city, look, *batch.stand(index))

    def frame(self, episode: RailWalk | FreeWalk) -> Picture:
        """Return the four views as a grid for people: uint8 of shape (640, 640, 3)."""
        city, look = self._city_of(episode.route), self.look_of(episode.seed)
        return grid(self.smooth(city, look, *episode.stand(), FRAME_SIZE))

    def frame_of(self, batch: RailBatch | FreeBatch, index: int) -> Picture:
        """Return the four views of one sub-environment, as `frame` does."""
        city, look = self._scene_of(batch, index)
        return grid(self.smooth(city, look, *batch.stand(index), FRAME_SIZE))

    def _scene_of(self, batch: RailBatch | FreeBatch, index: int) -> tuple[City | None, Look]:
        seed = int(batch.episode_seeds[index])
        return self._city_of(batch.route(index)), self.look_of(seed)

    def four(
        self, city: City | None, look: Look, geocode: Geocode, heading: float, size: int
    ) -> Picture:
        """Return front, right, back and left view of any size, uint8 of shape (4, size, size, 3).

        Raises:
            ValueError: where the source answers with something else.
        """
        source = self._source(city, look)
        seen = source.four(geocode, heading, size)
        shape = (4, size, size, 3)
        if not isinstance(seen, np.ndarray) or seen.shape != shape or seen.dtype != np.uint8:
            what = f"{getattr(seen, 'dtype', type(seen))} of the shape {np.shape(seen)}"
            raise ValueError(
                f"The views of {_told(source)} must be uint8 of the shape {shape}; got {what}."
            )
        return seen

    def smooth(
        self, city: City | None, look: Look, geocode: Geocode, heading: float, size: int
    ) -> Picture:
        """Return what `four` does, for people: edges are smooth where a city is drawn.

        Views that would be too large when drawn twice as large are drawn as they are.
        """
        if self._panoramas is not None or 2 * size > MAX_SIZE:
            return self.four(city, look, geocode, heading, size)
        return halved(self.four(city, look, geocode, heading, 2 * size))

    def _source(self, city: City | None, look: Look) -> ViewSource:
        if self._panoramas is not None:
            return self._panoramas
        assert city is not None  # `check` refuses routes without one
        return _drawn(city, look)


@once(maxsize=_MAX_DRAWN)
def _drawn(city: City, look: Look) -> ViewSource:
    """Return the views of a city; a process prepares them once."""
    # Who takes symbols or panoramas needs nothing that draws.
    from virl_env.views.city_views import CityViews

    return CityViews(city, look=look)


def _opened(panoramas: Panoramas) -> ViewSource | None:
    if panoramas is None or isinstance(panoramas, ViewSource):
        return panoramas
    if not isinstance(panoramas, (str, os.PathLike)):
        raise ValueError(
            f"panoramas must be a folder of panoramas, a virl_env.ViewSource or None; got "
            f"{shown(panoramas)}."
        )
    from virl_env.panoramas import PanoramaFolder

    return PanoramaFolder(Path(panoramas))


def _told(source: ViewSource) -> str:
    """Return a source as text that is the same in another process where it shows the same."""
    own = type(source).__str__ is not object.__str__ or type(source).__repr__ is not object.__repr__
    return str(source) if own else type(source).__name__
