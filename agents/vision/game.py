"""What a game in pictures is more than its twin in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.tinylm.game import Game
from agents.vision.eye import PICTURE, SIGHT, Eye


class InPictures(Game):
    """Puts the tokens of a picture in front of the words of a text that has one.

    Attributes:
        shape: height and width of its pictures in pixels.
        patch: edge of what becomes a token, in pixels.
        keywords: with which the text environment shows such pictures.
    """

    shape: tuple[int, int]
    patch: int
    keywords: Mapping[str, Any]

    @property
    def tokens(self) -> int:
        """Tokens of a picture."""
        return (self.shape[0] // self.patch) * (self.shape[1] // self.patch)

    def eye(self, width: int) -> Eye:
        """Return what makes tokens of this width of the game's pictures."""
        return Eye(self.shape, self.patch, width)

    def encode(self, text: str) -> list[int]:
        """Return the word ids of a text, behind SIGHT for each token of its picture."""
        pictured = text.startswith(PICTURE)
        return [SIGHT] * (self.tokens * pictured) + super().encode(text.removeprefix(PICTURE))
