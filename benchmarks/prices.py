"""What tokens cost: a small table of list prices, and files of one's own in its form.

The table, prices.json, holds US dollars for a million tokens, as LiteLLM's table of prices had them
on 24 July 2026 (https://github.com/BerriAI/litellm, model_prices_and_context_window.json). Nobody
keeps them up to date, and cached, long or batched prompts cost something else.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from benchmarks.records import first_of
from benchmarks.reply_summary import ReplySummary

LIST_PRICES = Path(__file__).with_name("prices.json")

_MILLION = 1e6
_dated = re.compile(r"-(\d{8}|\d{4}-\d{2}-\d{2})$")


class Price(BaseModel):
    """US dollars for a million tokens; those of thoughts are of the output."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    input: float = Field(ge=0)
    output: float = Field(ge=0)

    def cost(self, replies: ReplySummary) -> float:
        """Return what replies cost in US dollars, by the endpoint's count of tokens."""
        tokens = self.input * replies.prompt_tokens + self.output * replies.completion_tokens
        return tokens / _MILLION


_PRICES = TypeAdapter(dict[str, Price])


def read_prices(path: Path) -> dict[str, Price]:
    """Return the prices of a YAML or JSON file, by model.

    Raises:
        ValueError: the file holds anything else.
        OSError: it cannot be read.
    """
    text = path.read_text(encoding="utf-8")
    try:
        if path.suffix == ".json":
            return _PRICES.validate_json(text)
        return _PRICES.validate_python(_of_yaml(text))
    except (ValueError, RecursionError) as error:
        told = first_of(error) if isinstance(error, ValidationError) else error
        raise ValueError(
            f"{path} holds no prices ({told}). Expected YAML or JSON such as "
            f"'my-model: {{input: 2.5, output: 10}}', US dollars for a million tokens."
        ) from error


def _of_yaml(text: str) -> Any:
    """Return plain data.

    Raises:
        ValueError: it is no YAML.
    """
    # Imported where there is some: it takes longer than the table takes to read.
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def price_of(model: str, own: Path | None = None) -> Price | None:
    """Return the price of a model, None where it is not known.

    Args:
        model: as the endpoint names it.
        own: file that goes before the list prices. In both, "vendor/" before a name and a date
            behind it make no difference.

    Raises:
        ValueError, OSError: as for `read_prices`.
    """
    name = _dated.sub("", model.rpartition("/")[2])
    for path in filter(None, (own, LIST_PRICES)):
        prices = read_prices(path)
        found = prices.get(model) or prices.get(name)
        if found is not None:
            return found
    return None
