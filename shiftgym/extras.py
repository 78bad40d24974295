"""Which extra brings a library that is not installed."""

from __future__ import annotations

import sys

from shiftgym.installed import CHECKOUT, ROOT

EXTRAS = {
    "llm": ("aiohttp", "jinja2", "pydantic", "rich", "scipy", "typer", "yaml"),
    "agents": ("matplotlib", "sb3_contrib", "stable_baselines3", "tensorboard", "torch"),
    "hf": ("accelerate", "gguf", "peft", "transformers"),
    "maps": ("pyrosm",),
    "play": ("pygame",),
    "ray": ("ray",),
}
"""The modules that each extra brings, where no other extra that it includes does."""


def command(extra: str) -> str:
    """Return the command that installs an extra."""
    if CHECKOUT.is_file():
        return f'{sys.executable} -m pip install --editable "{ROOT}[{extra}]"'
    return f'pip install "WHEEL[{extra}]", with the path of the wheel of shiftgym'


def missing(error: ImportError) -> str:
    """Return an error of an import in words; of a library from an extra, how to install it."""
    module = (error.name or "").partition(".")[0]
    for extra, modules in EXTRAS.items():
        if module in modules and isinstance(error, ModuleNotFoundError):
            return f"{module} is not installed. It comes with the extra [{extra}]: {command(extra)}"
    return str(error)
