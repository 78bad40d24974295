"""Pictures of few colours, as GIF and small PNG files have them."""

from __future__ import annotations

from PIL import Image

Colours = list[tuple[int, ...]]

_ENOUGH = 40_000
"""Pixels that tell which colours a picture has: of more of them, the search takes seconds."""


def commonest(image: Image.Image, count: int) -> Colours:
    """Return the colours of a drawing that most pixels have."""
    found = image.getcolors(image.width * image.height) or []
    return [
        colour for _, colour in sorted(found, reverse=True)[:count] if isinstance(colour, tuple)
    ]


def spread(image: Image.Image, count: int) -> Colours:
    """Return the colours that render a picture of very many best."""
    share = min(1.0, (_ENOUGH / (image.width * image.height)) ** 0.5)
    size = max(1, round(share * image.width)), max(1, round(share * image.height))
    # Pixels as they are, since means of neighbours are colours that the picture does not have.
    some = image.resize(size, Image.Resampling.NEAREST)
    few = some.quantize(count, Image.Quantize.MEDIANCUT, kmeans=1, dither=Image.Dither.NONE)
    values = (few.getpalette() or [])[: 3 * count]
    return [tuple(values[start : start + 3]) for start in range(0, len(values), 3)]


def painted(image: Image.Image, colours: Colours) -> Image.Image:
    """Return a picture in these colours, at most 256, the closest for each pixel.

    It is not dithered: that would change every pixel from frame to frame, and triple a GIF.
    """
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for colour in colours for value in colour])
    return image.quantize(palette=palette, dither=Image.Dither.NONE)
