"""The draw numbers of an episode seed, in one place, so that no two draws share one.

They are frozen: another number changes every recorded episode. What is added takes a new one.
"""

from __future__ import annotations

RULE, ROW, SUITS = 0, 1, 2
CARDS = 16
"""Round r of drawing cards uses CARDS + 16 r onwards."""

LOOK = {
    "rotation": 1_000,
    "noise": 1_001,
    "table": 1_002,
    "face": 1_003,
    "occlusion": 1_004,
    "brightness": 1_005,
}
"""The severities of a random look. One that is added later stays 0 in it."""

INK = 1_010
"""Of a random look."""

TURN, FACE, TABLE, CHIP, BRIGHTER, NOISE = 1_020, 1_030, 1_040, 1_050, 1_090, 2_000
"""What the severities of a look leave open; each slot or channel uses numbers from there on."""
