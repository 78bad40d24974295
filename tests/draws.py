"""What is drawn from lists that must not change: prints a digest of each draw, as JSON.

    python -m tests.draws

Run as a program by tests that add to the lists before anything is drawn.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

import numpy as np

SEEDS = np.arange(50)


def digest(draws: Iterable[object]) -> str:
    """Return 12 hexadecimal digits that change with anything in the draws."""
    return hashlib.sha256("\n".join(map(repr, draws)).encode()).hexdigest()[:12]


def drawn() -> dict[str, str]:
    """Return a digest of what each list gives."""
    # Imported late, so that whoever adds to a list does so before it is used.
    import gp_env.pictures.look
    import virl_env.views.look
    from gp_env.config import GameConfig
    from gp_env.deal import Dealer
    from virl_env.directions import draw_tables
    from virl_env.world.synthetic import synthetic_city, unseen_city

    found = {}
    for family in ("grid", "radial", "organic", "superblock", "river", "diamond"):
        for seed in (1, 2, 7, 2**32):
            found[f"{family} {seed}"] = synthetic_city(family, seed).digest[:12]
    for number in (0, 8, 9, 10, 11, 12, 13):
        found[f"unseen {number}"] = unseen_city(number).digest[:12]
    dealt = Dealer(GameConfig.make(rule="random", face_cards=True)).deal(SEEDS)
    found["cards"] = digest([dealt.ranks.tolist(), dealt.rules.tolist()])
    found["directions"] = digest(draw_tables(SEEDS.astype(np.uint64), 2).tolist())
    for task, draw_look in (
        ("cards", gp_env.pictures.look.draw_look),
        ("streets", virl_env.views.look.draw_look),
    ):
        looks = (vars(draw_look(seed)).items() for seed in SEEDS.tolist())
        found[f"looks of {task}"] = digest(
            sorted(part for part in look if part[1]) for look in looks
        )
    return found


if __name__ == "__main__":
    print(json.dumps(drawn()))
