"""Invented names for places: no business is meant by any of them."""

from __future__ import annotations

from collections.abc import Sequence

# Both lists are frozen: which name a number picks depends on how many there are.
FIRST = (
    *("Alder", "Amber", "Anchor", "Apricot", "Arrow", "Aspen", "Beacon", "Birch", "Bluebell"),
    *("Bramble", "Bridle", "Cedar", "Chestnut", "Clover", "Cobalt", "Comet", "Copper", "Coral"),
    *("Cricket", "Crystal", "Dahlia", "Daisy", "Dolphin", "Dragonfly", "Ember", "Falcon", "Fennel"),
    *("Fern", "Ginger", "Granite", "Harbour", "Hazel", "Heron", "Indigo", "Iris", "Ivory"),
    *("Jasmine", "Juniper", "Kestrel", "Lantern", "Larch", "Lavender", "Lemon", "Lilac", "Linden"),
    *("Lotus", "Magnolia", "Maple", "Marigold", "Meadow", "Mimosa", "Mint", "Mulberry", "Nettle"),
    *("Oak", "Olive", "Orchid", "Osprey", "Otter", "Pearl", "Pebble", "Peony", "Plum", "Poplar"),
    *("Poppy", "Quartz", "Quince", "Raven", "Robin", "Rowan", "Saffron", "Sage", "Sparrow"),
    *("Spruce", "Starling", "Sundial", "Swallow", "Tamarind", "Teal", "Thistle", "Thyme", "Topaz"),
    *("Tulip", "Umber", "Verbena", "Violet", "Walnut", "Willow", "Wren", "Yarrow", "Zephyr"),
    "Zinnia",
)
SECOND = ("", "Golden ", "Little ", "Old ", "Silver ", "Upper ", "White ", "Young ")


def place_names(categories: Sequence[str], numbers: Sequence[int]) -> list[str]:
    """Return a name for each place, all different.

    Args:
        categories: of the places, such as "bakery".
        numbers: any numbers from 0, which pick the names.

    Raises:
        ValueError: for more places of one category than there are names.
    """
    most, taken = len(FIRST) * len(SECOND), set[str]()
    names = []
    for category, number in zip(categories, numbers):
        for attempt in range(most):
            # The plain names come first, and the rarer ones once those are gone.
            second, first = divmod(number % len(FIRST) + attempt, len(FIRST))
            kind = category.title()
            name = f"{SECOND[second % len(SECOND)]}{FIRST[first]} {kind}"
            if name not in taken:
                break
        else:
            raise ValueError(f"There are names for {most} places of a category, not for more.")
        taken.add(name)
        names.append(name)
    return names
