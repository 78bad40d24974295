"""The openai package, imported in half the time.

Its `__init__` files import some five hundred modules, of which one kind of request needs a third.
The two packages here run theirs when something is first asked of them; a module inside them can be
imported without that.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from threading import RLock
from types import ModuleType
from typing import Any

LATE = ("openai.types", "openai.types.responses")
"""Packages whose `__init__` imports what they hold, and does nothing else."""


def import_openai() -> Any:
    """Return the package.

    Raises:
        ImportError: it is missing; the message says which extra brings it.
    """
    if "openai" not in sys.modules:
        finder = _LateFinder()
        sys.meta_path.insert(0, finder)
        try:
            return _import()
        finally:
            sys.meta_path.remove(finder)
    return _import()


def _import() -> Any:
    try:
        import openai
    except ImportError as error:
        from shiftgym.extras import missing

        raise ImportError(missing(error)) from error
    return openai


class _LateFinder(MetaPathFinder):
    """Finds the packages of LATE where they are, and has them loaded late."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in LATE:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _LateLoader(spec.loader)
        return spec


class _LateLoader(Loader):
    """Runs a package's `__init__` when the package is first asked for something it lacks."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader
        self._lock = RLock()

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        def ask(name: str) -> Any:
            # The import system asks for names like __file__, which do not stand in `__init__`.
            if name.startswith("__"):
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
            with self._lock:
                if vars(module).pop("__getattr__", None) is not None:
                    self._loader.exec_module(module)
            return getattr(module, name)

        vars(module)["__getattr__"] = ask
