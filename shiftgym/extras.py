"""Which extra brings a library that is not installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

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
    editable = "--editable " if CHECKOUT.is_file() else ""
    return f'{sys.executable} -m pip install {editable}"{_origin(extra)}"'


def missing(error: ImportError) -> str:
    """Return an error of an import in words; of a library from an extra, how to install it."""
    module = (error.name or "").partition(".")[0]
    for extra, modules in EXTRAS.items():
        if module in modules and isinstance(error, ModuleNotFoundError):
            return f"{module} is not installed. It comes with the extra [{extra}]: {command(extra)}"
    return str(error)


@contextmanager
def installed_by(packages: str) -> Iterator[None]:
    """Import a library that no extra brings: where it is missing, the error says what to run.

    Args:
        packages: of the library, as pip takes them.

    Raises:
        ModuleNotFoundError: it is not there, or something that it needs.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        told = f"{error}. Install it: {sys.executable} -m pip install {packages}"
        raise ModuleNotFoundError(told, name=error.name) from None


def _origin(extra: str) -> str:
    """Return what pip installs this package from, with an extra."""
    if CHECKOUT.is_file():
        return f"{ROOT}[{extra}]"
    # Modules that nobody needs who has what they ask for.
    import json
    from importlib.metadata import PackageNotFoundError, distribution
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    try:
        told = distribution("shiftgym").read_text("direct_url.json")
    except PackageNotFoundError:
        told = None
    if told is None:  # it came from an index
        return f"shiftgym[{extra}]"
    url = str(json.loads(told)["url"])
    if url.startswith("file:"):  # a checkout, or a wheel
        return f"{url2pathname(urlsplit(url).path)}[{extra}]"
    kind = json.loads(told).get("vcs_info", {}).get("vcs", "")
    return f"shiftgym[{extra}] @ {kind}{'+' * bool(kind)}{url}"
