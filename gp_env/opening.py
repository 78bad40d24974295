"""How episodes start, for many copies at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gp_env import observe
from gp_env.deal import Dealer
from shiftgym.shoe import Openings

SHOE_DEPTH = 8
"""Hands of each copy that a vector environment deals ahead."""

LAZY_CARDS = 5
"""From this many cards on a new hand may take milliseconds of solving, so none is dealt ahead."""


def open_episodes(dealer: Dealer, seeds: NDArray[np.int64]) -> Openings:
    """Deal the hand of each episode seed, of shape (n,).

    Returns:
        A structured array of shape (n,) with the fields row (the observation as one block of
        bytes), seed, values (what the cards count in ascending order, as bytes) and rule (the
        scoring values of J, Q, K).
    """
    fields = [
        ("row", f"V{observe.SIZE}"),
        ("seed", np.int64),
        ("values", f"S{dealer.config.num_cards}"),
        ("rule", np.uint8, 3),
    ]
    openings = np.empty(len(seeds), dtype=fields)
    deals = dealer.deal(seeds)
    openings["row"] = observe.opening(deals, dealer.config).view(openings["row"].dtype)[:, 0]
    openings["seed"] = seeds
    openings["values"] = deals.values.view(openings["values"].dtype)[:, 0]
    openings["rule"] = deals.rules
    return openings
