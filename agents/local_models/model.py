"""A model from local weights: chats in, replies out, a batch at a time.

It tells of a reply what an endpoint does: the text with its thoughts, why it ended, why there is no
answer, and the tokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agents.chat_answers import ChatReply
from agents.local_models.loading import AUTO, import_transformers, load
from agents.local_models.weights import Weights
from agents.no_answer import NoAnswer, why_no_answer
from agents.sampling import Sampling
from agents.vision.chats import Chat, parts_of

MAX_TOKENS = 1024
"""Of a reply where nothing is asked for; transformers' own default would cut most replies."""

_THOUGHT = "<think>"
"""Some templates open a thought for the model, which then closes it."""


_SWITCH = "enable_thinking"
"""What chat templates that have it call the switch of thinking."""


class LocalModel:
    """Replies to chats.

    Args:
        weights: that are loaded.
        sampling: how replies are drawn. What is None is as the weights' generation_config.json
            says; `extra` is more settings of transformers' `GenerationConfig`.
        dtype, device: as for `load`.
        thinking: the switch of chat templates that have one, None for their default.

    Raises:
        ImportError: transformers, or what it needs for these weights, is missing.
        ValueError: the weights cannot be loaded, or there is no such setting.
    """

    def __init__(
        self,
        weights: Weights,
        *,
        sampling: Sampling | None = None,
        dtype: str = AUTO,
        device: str = AUTO,
        thinking: bool | None = None,
    ) -> None:
        self.name = weights.name
        self.sampling = sampling or Sampling()
        self._torch, self._transformers = import_transformers()
        self._model, self._reader, self.sees = load(weights, dtype=dtype, device=device)
        self._tokenizer = getattr(self._reader, "tokenizer", self._reader)
        # Replies begin where prompts end, so that all of a batch do at one place.
        self._tokenizer.padding_side = "left"
        if self._tokenizer.pad_token_id is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token
        self._template = {} if thinking is None else {_SWITCH: thinking}
        # A template without it would take it too, and change nothing.
        if self._template and _SWITCH not in str(self._reader.chat_template):
            raise ValueError(
                f"The chat template of {self.name} has no switch {_SWITCH}. Leave out --thinking "
                f"and --no-thinking."
            )
        self._most = self.sampling.max_tokens or MAX_TOKENS
        config = self._model.config.get_text_config()
        self._context: int | None = getattr(config, "max_position_embeddings", None)
        self._generation = self._generation_config()
        self._ends = self._ending_tokens()
        self.settings: Mapping[str, Any] = {
            **self.sampling.plain(),
            "max_tokens": self._most,
            "weights": weights.digest(),
            "dtype": str(self._model.dtype).removeprefix("torch."),
            "device": self._model.device.type,
            **({} if thinking is None else {"thinking": thinking}),
        }

    def replies(self, chats: Sequence[Chat], seed: int) -> list[ChatReply]:
        """Return a reply to each chat.

        The same chats in the same order, with the same seed, have the same replies on one machine.

        Args:
            chats: that are put to the model at once.
            seed: of what is drawn; greedy replies do not depend on it.

        Raises:
            ValueError: a chat cannot be put to this model, or memory does not suffice.
        """
        replies: dict[int, ChatReply] = {}
        lengths = self._lengths(self._read(chats))
        room = [self._most if self._context is None else self._context - n for n in lengths]
        whole = [at for at, left in enumerate(room) if left >= self._most]
        # A reply that its context may cut is drawn alone: the others have all of theirs.
        for group in [whole, *([at] for at, left in enumerate(room) if 0 < left < self._most)]:
            if group:
                most = min(self._most, room[group[0]])
                drawn = self._generate([chats[at] for at in group], most, seed)
                replies |= dict(zip(group, drawn))
        for at, length in enumerate(lengths):
            if at not in replies:
                told = f"the prompt has {length} tokens, the model's context {self._context}"
                replies[at] = ChatReply(
                    "", no_answer=NoAnswer.OVERFLOW, prompt_tokens=length, error=told
                )
        return [replies[at] for at in range(len(chats))]

    def _generate(self, chats: Sequence[Chat], most: int, seed: int) -> list[ChatReply]:
        inputs = self._read(chats).to(self._model.device)
        self._generation.max_new_tokens = most
        self._torch.manual_seed(seed)
        try:
            with self._torch.inference_mode():
                drawn = self._model.generate(**inputs, generation_config=self._generation)
        except self._torch.OutOfMemoryError as error:
            raise ValueError(
                f"Memory does not suffice for {len(chats)} chats at once. Lower --concurrency, in "
                f"a new folder, for replies depend on it; or take a smaller --dtype."
            ) from error
        begin = inputs["input_ids"].shape[1]
        return [
            self._reply(tokens, length, opened)
            for tokens, length, opened in zip(
                drawn[:, begin:].tolist(), self._lengths(inputs), self._opened(inputs)
            )
        ]

    def _reply(self, tokens: list[int], prompt_tokens: int, opened: str) -> ChatReply:
        """Return the reply of one row of a batch, whose end is filled up."""
        end = next((at for at, token in enumerate(tokens) if token in self._ends), None)
        # Special tokens are kept: those that mark thoughts tell them from the answer.
        text = opened + self._tokenizer.decode(tokens[:end], skip_special_tokens=False)
        reason = "length" if end is None else "stop"
        return ChatReply(
            text,
            finish_reason=reason,
            no_answer=why_no_answer(text, finish_reason=reason),
            prompt_tokens=prompt_tokens,
            completion_tokens=len(tokens) if end is None else end + 1,
            served=self.name,
        )

    def _read(self, chats: Sequence[Chat]) -> Any:
        """Return chats as the model takes them, filled up on the left to equal lengths."""
        told = [[self._message(message) for message in chat] for chat in chats]
        try:
            return self._reader.apply_chat_template(
                told,
                add_generation_prompt=True,
                tokenize=True,
                return_dict=True,
                return_tensors="pt",
                padding=True,
                **self._template,
            )
        except self._jinja_error() as error:
            raise ValueError(
                f"The chat template of {self.name} takes no such chat: {error}"
            ) from error

    def _message(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Return a message in the form of transformers."""
        parts = list(parts_of(message["content"]))
        if not self.sees:
            if not all(isinstance(part, str) for part in parts):
                raise ValueError(f"{self.name} takes no pictures; leave out --images.")
            return {**message, "content": "\n".join(map(str, parts))}
        from PIL import Image

        return {
            **message,
            "content": [
                {"type": "text", "text": part}
                if isinstance(part, str)
                else {"type": "image", "image": Image.fromarray(part)}
                for part in parts
            ],
        }

    def _opened(self, inputs: Any) -> list[str]:
        """Return the thought that each prompt opens at its end, "" for none."""
        ends = self._tokenizer.batch_decode(inputs["input_ids"][:, -8:].tolist())
        return [_THOUGHT if end.rstrip().endswith(_THOUGHT) else "" for end in ends]

    @staticmethod
    def _lengths(inputs: Any) -> list[int]:
        lengths: list[int] = inputs["attention_mask"].sum(dim=1).tolist()
        return lengths

    def _generation_config(self) -> Any:
        """Return how replies are drawn, in the words of transformers.

        Raises:
            ValueError: `extra` holds what it has no word for.
        """
        config = self._transformers.GenerationConfig.from_dict(
            self._model.generation_config.to_dict()
        )
        for name, value in self.sampling.extra.items():
            if not hasattr(config, name):
                raise ValueError(
                    f"--extra-body sets {name}, which is no setting of transformers' "
                    f"GenerationConfig; expected those such as top_k or repetition_penalty."
                )
            setattr(config, name, value)
        if self.sampling.temperature is not None:
            config.do_sample = self.sampling.temperature > 0
            config.temperature = self.sampling.temperature or None
        if self.sampling.top_p is not None:
            config.top_p = self.sampling.top_p
        if not config.do_sample:
            # Greedy: what only draws know would be warned of.
            config.temperature = config.top_p = config.top_k = None
        config.max_length = None
        config.pad_token_id = self._tokenizer.pad_token_id
        return config

    def _ending_tokens(self) -> set[int]:
        ends = self._generation.eos_token_id
        found = {*ends} if isinstance(ends, list) else {ends}
        found = {*found, self._tokenizer.eos_token_id} - {None}
        self._generation.eos_token_id = sorted(found)
        return found

    @staticmethod
    def _jinja_error() -> type[Exception]:
        from jinja2 import TemplateError

        return TemplateError
