"""The draw numbers of an episode seed, in one place, so that no two draws share one.

They are frozen: another number changes every recorded episode. What is added takes a new one.
"""

from __future__ import annotations

ROUTE, HEADING = 0, 1
RULE = 2
"""And the next: the frame, then the table of its words."""

ORDER = 16
"""Of the numbers of landmarks."""

LOOK = {"palette": 32, "weather": 33, "night": 34, "blur": 35}
"""The severities of a random look. One that is added later stays 0 in it."""

VARIATION = 36
"""Of a random look."""

DROP = 64
"""Each point of a rail uses the number that lies so many further on."""
