"""The card game in words, for replies that show their working before they answer."""

from __future__ import annotations

from agents.gp.dialogues import FRAME, Cards

_LARGE = (
    *(102, 104, 105, 108, 110, 112, 114, 119, 120, 121, 126, 128, 130, 132, 133, 135, 136, 140),
    *(143, 144, 150, 152, 153, 154, 156, 160, 168, 169, 170, 171, 176, 180, 182, 187, 190, 192),
    *(195, 198, 204, 209, 210, 216, 221, 225, 228, 234, 240, 247, 252, 255, 256, 264, 270, 272),
    *(288, 304, 306, 312, 323, 336, 342, 360, 432),
)
"""Numbers above 100 on the way from up to four numbers to 24, see `agents.gp.working`."""


class WorkedCards(Cards):
    """GeneralPoints with room for working; a reply may also be the answer alone, as in "cards"."""

    frame = (*FRAME[:-1], '{"formula": "', FRAME[-1])
    more_words = ("|", " > ", "=", *map(str, _LARGE))
    # Working takes up to 63 words, with fractions, and its answer 15.
    longest = 80
    listing = frame[:2]
    shows_working = True

    def gap(self, previous: str, word: str, *, listed: bool) -> str:
        """Return what parts two neighbouring words; no formula has a number beside a bracket so."""
        if (previous == ")" and word.isalnum()) or (word == "(" and previous.isalnum()):
            return " "
        return (
            " " if previous == ")" and word == "(" else super().gap(previous, word, listed=listed)
        )


GAME = WorkedCards()
