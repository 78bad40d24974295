"""What TinyLM has to know of a game: its words, demonstrations, and dialogues to play."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.vision.eye import Draw, Eye, no_picture

UNKNOWN = "?"


class Dialogue(NamedTuple):
    """The message that opens a dialogue; what judges a reply: from its text, and the attempts left
    after it, to the outcome ("correct" ends the dialogue), the reward and the next message; and
    what draws its picture."""

    prompt: str
    judge: Callable[[str, int], tuple[str, float, str]]
    draw: Draw = no_picture


class Game(ABC):
    """A text game in its compact wording.

    Args:
        frame: pieces of a reply that are a word each; the last one ends it. Nothing stops the model
            from writing them in the wrong place.
        others: all other words. In `words` a word's id is its index, and 0 is padding.
        longest_reply: in words; the model stops there.
    """

    def __init__(self, frame: Sequence[str], others: Iterable[str], longest_reply: int) -> None:
        self.words, self.longest_reply = ("", UNKNOWN, *frame, *others), longest_reply
        self._ids = {word: index for index, word in enumerate(self.words)}
        self.end = self._ids[frame[-1]]
        pieces = [re.escape(word) for word in self.words if re.search(r"\W", word)]
        self._scan = re.compile("|".join([*pieces, r"\w+"])).findall

    def encode_prompt(self, text: str) -> list[int]:
        """Return the word ids of what is put to the model."""
        return self.encode(text)

    def encode_beginning(self, text: str) -> list[int]:
        """Return the word ids with which a reply begins."""
        return self.encode(text)

    def encode(self, text: str) -> list[int]:
        """Return the word ids of a text, in one scan from left to right: UNKNOWN for what is no
        word of the game; punctuation that is part of none is skipped."""
        known, unknown = self._ids, self._ids[UNKNOWN]
        return [known.get(word, unknown) for word in self._scan(text)]

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of a reply: what `encode` reads as these ids, padding left out."""
        text = ""
        for word in map(self.words.__getitem__, ids):
            text += " " * (text[-1:].isalnum() and word[:1].isalnum()) + word
        return text

    def eye(self, width: int) -> Eye | None:
        """Return what makes tokens of this width of the game's pictures, None where it has none."""
        return None

    @abstractmethod
    def demonstrated(self, demonstrations: Any) -> Iterator[tuple[str, str, Draw]]:
        """Yield the text before each reply that demonstrations teach, the reply, and what draws the
        picture."""

    @abstractmethod
    def dealer(self, **keywords: Any) -> Any:
        """Return the dealer of the environment with these keywords; as text it tells them."""

    @abstractmethod
    def open(self, dealer: Any, seeds: NDArray[np.int64]) -> list[Dialogue]:
        """Return the dialogue of each episode seed."""
