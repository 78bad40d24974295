"""The fronts of houses: windows, doors and shops between ledges, below a roof."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from virl_env.views.hash import mixed
from virl_env.views.houses import WINDOW, Houses
from virl_env.views.paint import FACADES, Paint
from virl_env.views.pixels import Pixels, packed, spread
from virl_env.views.style import Style
from virl_env.views.towers import HALF
from virl_env.views.walls import EYE, Hits

Floats = NDArray[np.float32]

_WALL, _LEDGE, _FRAME, _GLASS, _LIT, _DOOR, _PLINTH = range(7)
_ROOF, _FASCIA, _AWNING, _STRIPE, _CORNICE, _BAR, _CLOCK = range(7, 14)
"""Materials."""

_EDGE = 0.12
"""Metres of the joint between two houses, on either side."""

_NARROW = 1.6
"""Metres of a front up to which it has no windows."""

_FINE = 0.05
"""Metres of a pixel up to which frames and glazing bars are drawn."""

_SHOP = (0.5, 2.5)
"""Metres of a shop window above the ground; below are the plinth, above the awning and fascia."""

_AWNING_TO, _FASCIA_TO = 2.9, 3.2
_DOOR_TO, _PLINTH_TO = 2.4, 0.45

WINDOWS_TO, CORNICE = 0.8, 0.45
"""Share of a storey up to which its windows reach, and metres of a cornice."""


class Facades:
    """Draws the fronts of houses.

    Args:
        houses: whose they are.
        paint: colours.
        style: of the city.
    """

    def __init__(self, houses: Houses, paint: Paint, style: Style) -> None:
        self._houses, self._paint = houses, paint
        own = houses.own
        share = [(mixed(own, np.full(len(own), number)) % 1000) / 1000 for number in range(5)]
        self._shop = share[0] < style.shops
        self._awning = self._shop & (share[1] < style.awnings)
        self._mansard = share[2] < style.mansards
        self._tall = share[3] < 0.4
        self._margin = 0.16 + 0.12 * ((own >> 4) % 4) / 3
        self._count = np.maximum(np.rint((houses.tops - 0.6) / houses.storeys), 1)

    def draw(self, picture: Pixels, hits: Hits, lengthening: Floats) -> None:
        """Draw fronts into a picture.

        Args:
            picture: (4 n, n), changed in place.
            hits: what the rays of its columns meet.
            lengthening: of the rays against their distance along a view's middle, (4 n,).
        """
        size = picture.shape[1]
        depth = hits.reach / lengthening[hits.column]
        rows = [((EYE - up) / depth + 1) * (size / 2) - 0.5 for up in (hits.top, 0.0)]
        top = np.clip(np.ceil(rows[0]), 0, size).astype(np.int64)
        bottom = np.clip(np.floor(rows[1]) + 1, 0, size).astype(np.int64)
        bottom = np.where(hits.nearest, bottom, np.append(0, top[:-1]))
        seen = np.flatnonzero(bottom > top)
        hits = hits.some(seen)
        top, bottom, depth = top[seen], bottom[seen], depth[seen]
        row, hit = spread(top, bottom - top)
        # The height of a pixel's middle falls by the same step from row to row.
        step = (depth * 2 / size).astype(np.float32)
        highest = (EYE - ((top + 0.5) * 2 / size - 1) * depth).astype(np.float32)
        up = (highest + top * step)[hit] - row * step[hit]
        material = self._materials(hits, hit, up.astype(np.float32), step)
        flat = row + (hits.column * size)[hit]
        table = self._colours(hits, step)
        picture.reshape(-1)[flat] = table.reshape(-1)[material * len(seen) + hit]

    def _materials(
        self, hits: Hits, hit: NDArray[np.int64], up: Floats, step: Floats
    ) -> NDArray[np.int64]:
        """Return the material of each pixel.

        Args:
            hits: what is met, h of it.
            hit: index of what each pixel shows, (p,).
            up: metres of each pixel above the ground, (p,).
            step: metres from one pixel to the next below it, (h,).
        """
        walls, house = self._houses.walls, self._houses.walls.house[hits.wall]
        front = walls.front[hits.wall]
        bays = np.maximum(np.rint(front / WINDOW), 1)
        has_windows = front > _NARROW
        across = np.where(has_windows, hits.spot / np.maximum(front, 1e-9) * bays, 0.0)
        bay = np.minimum(np.floor(across), bays - 1)
        aside = np.abs(across - bay - 0.5).astype(np.float32)
        margin = self._margin[house]
        storeys = self._houses.storeys[house]
        fine = step < _FINE
        joint = walls.ends[hits.wall] & has_windows
        joint &= (hits.spot < _EDGE) | (hits.spot > front - _EDGE)
        in_bay = has_windows & (aside < 0.5 - margin)
        framed = has_windows & fine & ~in_bay & (aside < 0.5 - margin + 0.05)
        barred = fine & (aside < 0.025)

        tall, count = storeys.astype(np.float32)[hit], self._count[house].astype(np.float32)[hit]
        storey = np.floor(up / tall)
        above = up - storey * tall
        above /= tall
        low = np.where(self._tall[house], 0.14, 0.28).astype(np.float32)[hit]
        ground = storey == 0
        material = np.zeros(len(up), dtype=np.int64)
        np.putmask(material, (above < 0.06) & ~ground, _LEDGE)
        attic = (self._mansard[house] & has_windows)[hit]
        attic &= storey >= count - 1
        np.putmask(material, attic, _ROOF)
        # The last storey alone reaches above the windows of the one below.
        upper = ~ground & (storey < count)
        panes = upper & (above > low) & (above < WINDOWS_TO) & in_bay[hit]
        if is_fine := bool(fine.any()):
            frame = upper & (above > low - 0.03) & (above < WINDOWS_TO + 0.03) & framed[hit]
            np.putmask(material, frame, _FRAME)
            bars = panes & (barred[hit] | (fine[hit] & (np.abs(above - 0.62) < 0.012)))
        np.putmask(material, panes, _GLASS)
        self._street_floor(material, hits, hit, up, ground, house, bay, bays, aside, has_windows)
        if self._paint.lit:
            glass = np.flatnonzero(material == _GLASS)
            of = hit[glass]
            drawn = mixed(self._houses.own[house[of]], storey[glass], bay[of]) % 256
            material[glass[drawn < 256 * self._paint.lit]] = _LIT
        if is_fine:
            np.putmask(material, bars, _BAR)
        cornice = up > (hits.top - CORNICE).astype(np.float32)[hit]
        np.putmask(material, cornice, _CORNICE)
        np.putmask(material, joint[hit], _LEDGE)
        self._towers(material, hits, hit, up, house)
        return material

    def _towers(
        self,
        material: NDArray[np.int64],
        hits: Hits,
        hit: NDArray[np.int64],
        up: Floats,
        house: NDArray[np.int64],
    ) -> None:
        """Draw clock towers: gables, a clock below them and a window for the bells."""
        pixel = np.flatnonzero(self._houses.are_towers[house][hit])
        if not len(pixel):
            return
        of = hit[pixel]
        aside = (hits.spot - HALF).astype(np.float32)[of]
        below = self._houses.tops[house][of] - up[pixel]
        found = np.where(below < 0, _ROOF, _WALL)
        found[(below > 0) & (below < 0.3)] = _CORNICE
        rise = 2.1 - below
        from_middle = np.hypot(aside, rise)
        found[from_middle < 1.6] = _DOOR
        found[from_middle < 1.35] = _CLOCK
        hands = (np.abs(aside) < 0.1) & (rise > -0.15) & (rise < 1.05)
        hands |= (np.abs(rise) < 0.11) & (aside > -0.15) & (aside < 0.75)
        found[hands] = _DOOR
        found[(np.abs(aside) < 0.6) & (below > 5.0) & (below < 8.0)] = _GLASS
        material[pixel] = found

    def _street_floor(
        self,
        material: NDArray[np.int64],
        hits: Hits,
        hit: NDArray[np.int64],
        up: Floats,
        ground: NDArray[np.bool_],
        house: NDArray[np.int64],
        bay: NDArray[np.float64],
        bays: NDArray[np.float64],
        aside: Floats,
        has_windows: NDArray[np.bool_],
    ) -> None:
        """Draw shops, doors and the lowest windows: what differs from bay to bay."""
        pixel = np.flatnonzero(ground & has_windows[hit])
        of, up = hit[pixel], up[pixel]
        own = self._houses.own[house]
        door = (own >> 12) % np.maximum(bays, 1).astype(np.uint32) == bay
        door_leaf = door & (aside < 0.24)
        shop = self._shop[house]
        display = shop & ~door & (aside < 0.44)
        window = ~shop & ~door & (aside < 0.5 - self._margin[house])
        found = np.zeros(len(pixel), dtype=np.int64)
        np.putmask(found, up < _PLINTH_TO, _PLINTH)
        np.putmask(found, (up > _SHOP[0]) & (up < _SHOP[1]) & display[of], _GLASS)
        np.putmask(found, (up > 1.0) & (up < 2.6) & window[of], _GLASS)
        np.putmask(found, (up < _DOOR_TO) & door_leaf[of], _DOOR)
        np.putmask(found, (up > _SHOP[1] + 0.1) & (up < _FASCIA_TO) & shop[of], _FASCIA)
        awning = self._awning[house] & display
        stripe = np.floor(hits.spot / 0.4) % 2 == 1
        roofed = (up > _SHOP[1] - 0.35) & (up < _AWNING_TO) & awning[of]
        found[roofed] = np.where(stripe[of[roofed]], _STRIPE, _AWNING)
        material[pixel] = found

    def _colours(self, hits: Hits, step: Floats) -> Pixels:
        """Return the packed colour of each material at each hit, (materials, h)."""
        paint, house = self._paint, self._houses.walls.house[hits.wall]
        own = self._houses.own[house]
        sunny = 0.82 + 0.22 * hits.facing
        wall = paint.facades.T[:, own % FACADES] * sunny
        accent = paint.accents.T[:, (own >> 16) % len(paint.accents)] * sunny
        glass, plain, light = (part[:, None] for part in (paint.glass, paint.frame, paint.light))
        frame = plain * sunny
        # Red, green and blue of each material at each hit: long rows are fast.
        colours = np.empty((3, 14, len(house)))
        colours[:, _WALL], colours[:, _LEDGE] = wall, 0.8 * wall
        # From afar, frames and bars fade into what they are on.
        fine = np.clip(2 - 2 * step / _FINE, 0, 1)
        colours[:, _FRAME] = wall + 0.55 * fine * (frame - wall)
        colours[:, _GLASS] = glass
        colours[:, _BAR] = glass + 0.5 * fine * (frame - glass)
        colours[:, _DOOR] = 0.55 * accent
        colours[:, _PLINTH] = 0.72 * wall
        colours[:, _ROOF] = paint.roof[:, None] * sunny
        colours[:, _FASCIA], colours[:, _AWNING] = 0.8 * accent, accent
        colours[:, _STRIPE] = 0.25 * accent + 0.75 * plain * sunny
        colours[:, _CORNICE] = 0.9 * wall + 0.1 * plain
        # A clock is lit by night.
        colours[:, _CLOCK] = plain / light if paint.lit else frame
        colours[:, _LIT] = paint.lamp[:, None] / light
        clear = np.exp(-hits.reach / paint.haze)
        colours *= clear
        colours += (paint.sky[0][:, None] * (1 - clear))[:, None]
        colours *= light[:, None]
        return packed(colours)
