"""A game of TinyLM's in the tokens of a chat model: its template around what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.tinylm.game import Dialogue, Game
from agents.vision.eye import Draw


class ChatGame:
    """What learners ask of a `Game`, of one attempt an episode.

    A word is the id of a token, plus one: 0 is padding, and a chat model may write its token 0.

    Args:
        game: whose demonstrations and dialogues these are.
        tokenizer: of transformers, with a chat template.
        longest_reply: in words; the model stops there.
    """

    def __init__(self, game: Game, tokenizer: Any, longest_reply: int) -> None:
        self._game, self._tokenizer, self.longest_reply = game, tokenizer, longest_reply
        self.end = int(tokenizer.eos_token_id) + 1

    def encode_prompt(self, text: str) -> list[int]:
        """Return the words that put a text to the model, up to where its reply begins."""
        chat = [{"role": "user", "content": text}]
        put = self._tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
        return self._words(put)

    def encode_beginning(self, text: str) -> list[int]:
        """Return the words with which a reply begins."""
        return self._words(text)

    def encode(self, text: str) -> list[int]:
        """Return the words of a reply, its end included."""
        return [*self._words(text), self.end]

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of a reply, without its end and padding."""
        tokens = [word - 1 for word in ids if word not in (0, self.end)]
        text: str = self._tokenizer.decode(tokens, skip_special_tokens=False)
        return text

    def demonstrated(self, demonstrations: Any) -> Iterator[tuple[str, str, Draw]]:
        """Yield the text before each reply that is taught, the reply, and what draws nothing."""
        return self._game.demonstrated(demonstrations)

    def dealer(self, **keywords: Any) -> Any:
        """Return the dealer of the environment with these keywords.

        Raises:
            ValueError: an episode would have several attempts, whose chat has more than one turn.
        """
        dealer = self._game.dealer(**keywords)
        if dealer.config.max_attempts != 1:
            raise ValueError(
                f"A pretrained model learns from one attempt an episode; got max_attempts="
                f"{dealer.config.max_attempts}. Pass max_attempts=1."
            )
        return dealer

    def open(self, dealer: Any, seeds: NDArray[np.int64]) -> Sequence[Dialogue]:
        """Return the dialogue of each episode seed."""
        return self._game.open(dealer, seeds)

    def _words(self, text: str) -> list[int]:
        return [token + 1 for token in self._tokenizer(text, add_special_tokens=False)["input_ids"]]
