"""A small causal transformer with a value head, and sampling with a cache of keys and values."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from agents.sb3.checkpoint import load_state
from agents.tinylm.words import END_ID, VOCABULARY


@dataclass(frozen=True)
class TinyLMConfig:
    """The shape of the network.

    Attributes:
        width: numbers in the residual stream, a multiple of `heads`.
        layers, heads: as usual.
        context: the most words of prompt and reply together.
    """

    width: int = 128
    layers: int = 3
    heads: int = 4
    context: int = 256

    def __post_init__(self) -> None:
        if self.width % self.heads:
            raise ValueError(
                f"width must be a multiple of heads; got {self.width} and {self.heads}. "
                f"Pass, for example, width=128, heads=4."
            )


class Cache:
    """Keys and values of one layer: `keys` and `values` of shape (batch, heads, room, head width),
    filled up to column `used`."""

    def __init__(self, batch: int, room: int, like: TinyLMConfig, device: torch.device) -> None:
        shape = (batch, like.heads, room, like.width // like.heads)
        self.keys = torch.empty(shape, device=device)
        self.values = torch.empty(shape, device=device)
        self.used = 0

    def extend(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Write new columns; return all that are filled."""
        start, self.used = self.used, self.used + keys.shape[2]
        self.keys[:, :, start : self.used] = keys
        self.values[:, :, start : self.used] = values
        return self.keys[:, :, : self.used], self.values[:, :, : self.used]

    def keep(self, rows: Tensor) -> None:
        """Drop every row of the batch but these."""
        self.keys, self.values = self.keys[rows], self.values[rows]


class Block(nn.Module):
    """Pre-norm attention and a two-layer perceptron, both residual."""

    def __init__(self, config: TinyLMConfig) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.norm_1, self.norm_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mix_in = nn.Linear(width, 3 * width, bias=False)
        self.mix_out = nn.Linear(width, width, bias=False)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor, cache: Cache | None = None, mask: Tensor | None = None) -> Tensor:
        batch, length, width = x.shape
        mixed = self.mix_in(self.norm_1(x)).view(batch, length, 3, self.heads, -1)
        queries, keys, values = mixed.permute(2, 0, 3, 1, 4)
        if cache is not None:
            keys, values = cache.extend(keys, values)
        attended = F.scaled_dot_product_attention(
            queries, keys, values, attn_mask=mask, is_causal=mask is None and length > 1
        )
        x = x + self.mix_out(attended.transpose(1, 2).reshape(batch, length, width))
        return x + self.down(F.relu(self.up(self.norm_2(x))))


@dataclass(frozen=True)
class Samples:
    """Replies to n prompts; what stands after a reply's last word is 0.

    Attributes:
        words: int64 of shape (n, length).
        log_probs, values: float32 of the same shape, of each word when it was chosen (at the
            temperature of sampling; 0 for greedy) and of the state before it.
        lengths: int64 of shape (n,), words of each reply, its END included where it has one.
    """

    words: Tensor
    log_probs: Tensor
    values: Tensor
    lengths: Tensor


class TinyLM(nn.Module):
    """Next-word logits and a value (in rewards) for each place of a text."""

    def __init__(self, config: TinyLMConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or TinyLMConfig()
        self.embed = nn.Embedding(len(VOCABULARY), config.width)
        self.place = nn.Embedding(config.context, config.width)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width)
        self.head = nn.Linear(config.width, len(VOCABULARY), bias=False)
        self.value_head = nn.Linear(config.width, 1)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                residual = name.endswith(("mix_out.weight", "down.weight"))
                nn.init.normal_(weight, std=0.02 / (2 * config.layers) ** (0.5 * residual))
        nn.init.zeros_(self.value_head.weight)

    @property
    def device(self) -> torch.device:
        return self.embed.weight.device

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> TinyLM:
        """Return the model of a checkpoint that a learner saved."""
        state = load_state(path)
        model = cls(TinyLMConfig(**state["config"]))
        model.load_state_dict(state["model"])
        return model

    def size(self) -> int:
        """Return the number of weights, N in the compute axis."""
        return sum(weight.numel() for weight in self.parameters())

    def forward(self, words: Tensor, start: int = 0) -> tuple[Tensor, Tensor]:
        """Return logits (n, length - start, vocabulary) and values (n, length - start).

        Args:
            words: int64 of shape (n, length), padded at the end.
            start: first place whose outputs are wanted.
        """
        x = self.embed(words) + self.place.weight[: words.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self._outputs(x[:, start:])

    @torch.no_grad()
    def generate(
        self,
        prompts: Sequence[Sequence[int]],
        temperature: float = 0.0,
        generator: torch.Generator | None = None,
        max_words: int = 40,
    ) -> Samples:
        """Write a reply to each prompt, word by word, every word of the vocabulary allowed.

        Prompts of unequal length stand at the start of the cache, the replies behind the longest;
        the gap between is masked. Rows that are done leave the batch once half of it is.

        Args:
            prompts: n lists of word ids, each of at most `context - max_words` words.
            temperature: 0 takes the likeliest word.
            generator: on the CPU, whatever the model's device, so that draws can be saved.
            max_words: a reply without END stops here.
        """
        count, sizes = len(prompts), torch.tensor([len(prompt) for prompt in prompts])
        longest = int(sizes.max())
        if longest + max_words > self.config.context:
            raise ValueError(
                f"A prompt of {longest} words and a reply of {max_words} do not fit into a context "
                f"of {self.config.context} words. Shorten the dialogue, or raise context."
            )
        device = self.device
        padded = torch.tensor([[*p, *[0] * (longest - len(p))] for p in prompts], device=device)
        caches = [Cache(count, longest + max_words, self.config, device) for _ in self.blocks]
        rows, places = torch.arange(count, device=device), sizes.to(device)
        columns = torch.arange(longest + max_words, device=device)
        seen = (columns < places[:, None]) | (columns >= longest)
        ragged = bool((sizes < longest).any())

        x = self.embed(padded) + self.place.weight[:longest]
        for block, cache in zip(self.blocks, caches):
            x = block(x, cache)
        x = x[rows, places - 1]

        words = torch.zeros((count, max_words), dtype=torch.int64, device=device)
        log_probs, values = torch.zeros((2, count, max_words), device=device)
        lengths = torch.zeros(count, dtype=torch.int64, device=device)
        active = torch.ones(count, dtype=torch.bool, device=device)
        for step in range(max_words):
            logits, value = self._outputs(x)
            word, log_prob = _choose(logits, temperature, generator)
            going = rows[active]
            words[going, step], lengths[going] = word[active], step + 1
            log_probs[going, step], values[going, step] = log_prob[active], value[active]
            active = active & (word != END_ID)
            left = int(active.sum())
            if not left or step + 1 == max_words:
                break
            if 2 * left <= len(rows):
                rows, word, places, seen = (part[active] for part in (rows, word, places, seen))
                for cache in caches:
                    cache.keep(active)
                active = active[active]
            x = (self.embed(word) + self.place(places))[:, None]
            places = places + 1
            mask = seen[:, None, None, : longest + step + 1] if ragged else None
            for block, cache in zip(self.blocks, caches):
                x = block(x, cache, mask)
            x = x[:, 0]
        return Samples(words, log_probs, values, lengths)

    def _outputs(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.norm(x)
        return self.head(x), self.value_head(x).squeeze(-1)


def _choose(
    logits: Tensor, temperature: float, generator: torch.Generator | None
) -> tuple[Tensor, Tensor]:
    """Return a word for each row of logits (n, vocabulary), and its log-probability."""
    if not temperature:
        word = logits.argmax(dim=-1)
        return word, torch.zeros_like(logits[:, 0])
    log_probs = F.log_softmax(logits / temperature, dim=-1)
    drawn = torch.rand((len(logits), 1), generator=generator).to(logits.device)
    word = torch.searchsorted(log_probs.exp().cumsum(dim=-1), drawn)
    word = word.clamp_(max=logits.shape[1] - 1)
    return word[:, 0], log_probs.gather(1, word)[:, 0]
