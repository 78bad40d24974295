"""The device that a language model trains on."""

from __future__ import annotations

import torch


def usable_device(name: str | None) -> str:
    """Return the device of a preset, the CPU for None.

    Raises:
        ValueError: it is a GPU, and there is none that torch can use.
    """
    if name is not None and name.startswith("cuda") and not torch.cuda.is_available():
        raise ValueError(
            f"The device {name} is asked for, and torch finds no GPU. Run the study where there is "
            f"one, with a CUDA build of torch, or pass --device cpu."
        )
    return name or "cpu"
