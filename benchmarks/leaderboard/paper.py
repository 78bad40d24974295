"""What the paper reports: numbers without published replies, which nobody can recompute.

Chu et al., SFT Memorizes, RL Generalizes (ICML 2025, arXiv 2501.17161). Its episodes are not those
of the suites here, so its numbers stand beside the tables and never in them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

TITLE = "Chu et al., SFT Memorizes, RL Generalizes (2025)"
LINK = "https://arxiv.org/abs/2501.17161"


class Reported(NamedTuple):
    """A line of the paper, in percent, out of distribution.

    Attributes:
        shift: what changes.
        metric: that is reported.
        episodes: behind each number.
        init, sft, rl: before training, and after either kind of training.
    """

    shift: str
    metric: str
    episodes: int
    init: float
    sft: float
    rl: float


REPORTED: Mapping[str, Sequence[Reported]] = {
    "gp-l": [Reported("rule", "episode success", 234, 11.5, 3.4, 15.0)],
    "virl-l": [Reported("rule", "per-step accuracy", 48, 80.8, 1.3, 91.8)],
    "gp-vl": [
        Reported("rule", "episode success", 234, 11.2, 5.6, 14.2),
        Reported("look", "episode success", 234, 23.6, 13.7, 41.2),
    ],
    "virl-vl": [
        Reported("rule", "per-step accuracy", 48, 35.7, 2.5, 45.0),
        Reported("look", "route success", 18, 16.7, 11.1, 77.8),
    ],
}
"""By the suite that is nearest to what was measured."""
