"""Puts the application, `agents` and `benchmarks`, into the wheel as `shiftgym.application`.

Top-level packages of these names would overwrite those of others. So in the wheel they lie inside
`shiftgym`, and `from agents.x import y` reads `from shiftgym.application.agents.x import y` there.
Nothing else differs. A program that put a folder on `sys.path` instead would still take the name
`agents` from a user's own package of that name, in its own process and in worker processes; this
way no path and no import is changed when the program runs.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGES = ("agents", "benchmarks")
LEFT_OUT = ("benchmarks/front_page", "benchmarks/speed")
"""Folders of no use outside a checkout."""

APPLICATION = "shiftgym.application"
DOCSTRING = '"""Agents and benchmarks: what the program `shiftgym` runs."""\n'

_import = re.compile(rf"^([ \t]*from )(?=(?:{'|'.join(PACKAGES)})\b)", re.MULTILINE)


class ApplicationHook(BuildHookInterface[Any]):
    """Adds the files of the application, in the names that they have in the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the copies and name them to the builder; an editable wheel needs none."""
        if version == "editable":
            return
        self._copies = TemporaryDirectory()
        root, copies = Path(self.root), Path(self._copies.name)
        (copies / "__init__.py").write_text(DOCSTRING, encoding="utf-8")
        for package in PACKAGES:
            for path in sorted((root / package).rglob("*")):
                name = path.relative_to(root)
                if path.is_file() and _travels(name):
                    copy = copies / name
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    content = path.read_bytes()
                    copy.write_bytes(renamed(content, name) if name.suffix == ".py" else content)
        build_data["force_include"][str(copies)] = APPLICATION.replace(".", "/")

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the copies."""
        if version != "editable":
            self._copies.cleanup()


def renamed(source: bytes, name: Path) -> bytes:
    """Return a module that imports the application's modules by the names of the wheel.

    Raises:
        ValueError: it has an import of another form than `from agents.module import name`.
    """
    text = _import.sub(rf"\g<1>{APPLICATION}.", source.decode("utf-8"))
    for node in ast.walk(ast.parse(text)):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            modules = [str(node.module)]
        for module in modules:
            if module.partition(".")[0] in PACKAGES:
                raise ValueError(
                    f"{name} imports {module} in a form that is not renamed for the wheel; write "
                    f"`from {module} import ...` on a line of its own."
                )
    return text.encode("utf-8")


def _travels(name: Path) -> bool:
    """Whether a file is a part of the application: no caches and nothing of a checkout alone."""
    if name.as_posix().startswith(tuple(f"{folder}/" for folder in LEFT_OUT)):
        return False
    return not any(part == "__pycache__" or part.startswith(".") for part in name.parts)
