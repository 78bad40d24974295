"""A small causal transformer with a value head; it samples with a cache of keys and values."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from agents.games import checked_config, find_game, least_size
from agents.sb3.checkpoint import load_network, load_state
from agents.vision.eye import SIGHT


@dataclass(frozen=True)
class TinyLMConfig:
    """The shape of the network, `width` a multiple of `heads`; a dialogue has at most `context`
    words, those of the `game` of that name."""

    width: int = 128
    layers: int = 3
    heads: int = 4
    context: int = 256
    game: str = "cards"


class Block(nn.Module):
    """Attention and a two-layer perceptron, both residual behind a norm."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm_1, self.norm_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mix_in = nn.Linear(width, 3 * width, bias=False)
        self.mix_out = nn.Linear(width, width, bias=False)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(
        self, x: Tensor, cache: Tensor | None = None, used: int = 0, mask: Tensor | None = None
    ) -> Tensor:
        """Return x, (n, length, width), one layer on; the cache is filled from place `used`."""
        batch, length, width = x.shape
        mixed = self.mix_in(self.norm_1(x)).view(batch, length, 3, self.heads, -1)
        q, k, v = mixed = mixed.permute(2, 0, 3, 1, 4)
        if cache is not None:
            cache[..., used : used + length, :] = mixed[1:]
            k, v = cache[..., : used + length, :]
        attended = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=length > 1)
        x = x + self.mix_out(attended.transpose(1, 2).reshape(batch, length, width))
        return x + self.down(F.relu(self.up(self.norm_2(x))))


class TinyLM(nn.Module):
    """Next-word logits, and a value in rewards, at each place of a text."""

    def __init__(self, config: TinyLMConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or TinyLMConfig()
        self.game = find_game(config.game)
        self.embed = nn.Embedding(len(self.game.words), config.width)
        self.place = nn.Embedding(config.context, config.width)
        self.blocks = nn.ModuleList(Block(config.width, config.heads) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width)
        self.head = nn.Linear(config.width, len(self.game.words), bias=False)
        self.value_head = nn.Linear(config.width, 1)
        self.eye = self.game.eye(config.width)
        for weight in self.parameters():
            if weight.dim() == 2:
                nn.init.normal_(weight, std=0.7 * config.width**-0.5)
        nn.init.zeros_(self.value_head.weight)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> TinyLM:
        """Return the model of a checkpoint; a ValueError names a file that holds none."""
        state = load_state(path)
        config = TinyLMConfig(**checked_config(path, state.get("config")))
        return load_network(path, state.get("model"), lambda: cls(config), least=least_size(config))

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self.embed.weight.device

    def size(self) -> int:
        """Return the number of weights, N of the compute axis."""
        return sum(weight.numel() for weight in self.parameters())

    def forward(
        self, words: Tensor, start: int = 0, pictures: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return logits (n, length - start, vocabulary) and values (n, length - start), from place
        `start` on, for words: int64 of shape (n, length), padded at the end; and for pictures:
        uint8 of shape (n, height, width, 3), whose tokens stand where words are SIGHT."""
        x = self._read(words, pictures)
        for block in self.blocks:
            x = block(x)
        return self._outputs(x[:, start:])

    def _read(self, words: Tensor, pictures: Tensor | None) -> Tensor:
        x = self.embed(words.clamp(min=0))  # SIGHT is negative.
        if self.eye is not None and pictures is not None:
            x = x.masked_scatter((words == SIGHT)[..., None], self.eye(pictures.to(x.device)))
        return x + self.place.weight[: words.shape[1]]

    def _outputs(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.norm(x)
        # The factor lets Adam's small steps reach the scale of rewards within a few updates.
        return self.head(x), 5.0 * self.value_head(x).squeeze(-1)

    @torch.no_grad()
    def generate(
        self,
        prompts: Sequence[Sequence[int]],
        temperature: float = 0.0,
        generator: Generator | Callable[[Tensor, int], Tensor] | None = None,
        max_words: int | None = None,
        pictures: Tensor | None = None,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Write a reply to each of n prompts, word by word, every word of the game allowed.

        Args:
            temperature: 0 takes the likeliest word.
            generator: of draws on the CPU; or gives those in [0, 1), (n, 1), of n rows and a place.
            max_words: where a reply without an end stops; the game's longest unless given.
            pictures: as for `forward`.

        Returns:
            Words, int64 of shape (n, max_words), 0 behind the end; how many each reply has, int64
            of shape (n,); log-probabilities of the words (0 for temperature 0) and values of the
            states before them, float32 of shape (n, max_words).
        """
        config, device, count = self.config, self.device, len(prompts)
        max_words = max_words or self.game.longest_reply
        sizes = torch.tensor([len(prompt) for prompt in prompts], device=device)
        longest = int(sizes.max())
        if (room := longest + max_words) > config.context:
            raise ValueError(
                f"A dialogue of {longest} words and a reply of {max_words} do not fit into a "
                f"context of {config.context}. Allow fewer attempts, or raise context."
            )
        # Prompts stand at the start of the cache, replies behind the longest; the gap is masked.
        rows, active = torch.arange(count, device=device), sizes > 0
        seen = torch.arange(room, device=device).expand(count, room)
        seen = (seen < sizes[:, None]) | (seen >= longest)
        shape = (config.layers, 2, count, config.heads, room, config.width // config.heads)
        caches = torch.empty(shape, device=device)
        x = self._read(pad(prompts).to(device), pictures)
        for block, cache in zip(self.blocks, caches):
            x = block(x, cache)
        x, places = x[rows, sizes - 1], sizes

        words = torch.zeros((count, max_words), dtype=torch.int64, device=device)
        log_probs, values = torch.zeros((2, count, max_words), device=device)
        lengths = torch.zeros_like(sizes)
        for step in range(max_words):
            logits, value = self._outputs(x)
            word, log_prob = choose(logits, temperature, generator, rows, step)
            going = rows[active]
            words[going, step], lengths[going] = word[active], step + 1
            log_probs[going, step], values[going, step] = log_prob[active], value[active]
            active = active & (word != self.game.end)
            if not (left := int(active.sum())):
                break
            if 2 * left <= len(rows):  # Replies that ended leave the batch.
                rows, word, places, seen = (part[active] for part in (rows, word, places, seen))
                caches, active = caches[:, :, active], active[active]
            x, used = (self.embed(word) + self.place(places))[:, None], longest + step
            for block, cache in zip(self.blocks, caches):
                x = block(x, cache, used, seen[:, None, None, : used + 1])
            x, places = x[:, 0], places + 1
        return words, lengths, log_probs, values


def pad(texts: Sequence[Sequence[int]], dtype: torch.dtype = torch.int64) -> Tensor:
    """Return n lists of word ids as a tensor of shape (n, longest), 0 behind their ends."""
    return pad_sequence([torch.tensor(text, dtype=dtype) for text in texts], batch_first=True)


def choose(logits: Tensor, heat: float, source: object, *at: object) -> tuple[Tensor, Tensor]:
    """Return a word for each row of logits (n, vocabulary), and its log-probability."""
    if not heat:
        return logits.argmax(dim=-1), torch.zeros_like(logits[:, 0])
    log_probs = F.log_softmax(logits / heat, dim=-1)
    drawn = source(*at) if callable(source) else torch.rand((len(logits), 1), generator=source)
    # A sum of probabilities may end a rounding error below 1, and the draw above it.
    shares = log_probs.exp().cumsum(dim=-1)
    word = torch.searchsorted(shares, drawn.to(shares)).clamp_(max=logits.shape[1] - 1)
    return word[:, 0], log_probs.gather(1, word)[:, 0]
