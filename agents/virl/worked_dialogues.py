"""Street navigation in words, for replies that show their working before they answer."""

from __future__ import annotations

from agents.virl.dialogues import Streets
from virl_env.text import COMPACT_WORDS


class WorkedStreets(Streets):
    """V-IRL navigation with room for working; a reply may also be as in "streets"."""

    others = (*COMPACT_WORDS, " > ", "|")
    # Working takes eight words more.
    longest = Streets.longest + 8
    shows_working = True


GAME = WorkedStreets()
