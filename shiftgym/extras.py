"""Which extra brings a library that is not installed."""

from __future__ import annotations

EXTRAS = {
    "llm": ("aiohttp", "jinja2", "pydantic", "rich", "scipy", "typer", "yaml"),
    "agents": ("matplotlib", "sb3_contrib", "stable_baselines3", "tensorboard", "torch"),
    "hf": ("accelerate", "gguf", "peft", "transformers"),
    "maps": ("pyrosm",),
    "play": ("pygame",),
}
"""The modules that each extra brings, where no other extra that it includes does."""


def missing(error: ImportError) -> str:
    """Return an error of an import in words; of a library from an extra, how to install it."""
    module = (error.name or "").partition(".")[0]
    for extra, modules in EXTRAS.items():
        if module in modules and isinstance(error, ModuleNotFoundError):
            return (
                f"{module} is not installed. It comes with the extra [{extra}]: "
                f'pip install "shiftgym[{extra}]"'
            )
    return str(error)
