"""Imports point one way: benchmarks → agents → environments → what both of these share.

The two environment packages know nothing of each other.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = {"shiftgym", "gp_env", "virl_env", "agents", "benchmarks", "tests"}

MAY_IMPORT = {
    "shiftgym": set[str](),
    "gp_env": {"shiftgym"},
    "virl_env": {"shiftgym"},
    "agents": {"gp_env", "shiftgym", "virl_env"},
    "benchmarks": {"agents", "gp_env", "shiftgym", "virl_env"},
}
"""What each package may import of the others."""

ENVIRONMENT_DEPENDENCIES = {"gymnasium", "numpy", "PIL", "typing_extensions"}
"""What the environment packages may import at all; Gymnasium brings typing_extensions along."""

OPTIONAL = {
    "shiftgym/adapters/inspect/__init__.py": {"inspect_ai"},
    "shiftgym/adapters/inspect/playing.py": {"inspect_ai", "pydantic"},
    "shiftgym/adapters/openenv/__main__.py": {"uvicorn"},
    "shiftgym/adapters/openenv/client.py": {"openenv"},
    "shiftgym/adapters/openenv/server.py": {"openenv"},
    "shiftgym/adapters/reasoning_gym.py": {"reasoning_gym"},
    "shiftgym/adapters/rllib.py": {"ray"},
    "shiftgym/adapters/torchrl.py": {"torchrl"},
    "shiftgym/adapters/trl.py": {"datasets"},
    "shiftgym/adapters/verifiers.py": {"pydantic", "verifiers"},
    "shiftgym/sb3.py": {"stable_baselines3"},
    "shiftgym/window.py": {"pygame"},
    "virl_env/maps/pbf.py": {"pyrosm"},
}
"""What single files import beside that, when they are asked for what needs it."""


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield the top-level package of every import, those inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                yield "."
            elif node.module:
                yield node.module.split(".")[0]


def imported_by(package: str) -> dict[str, set[str]]:
    """Return the packages that each file of a package imports, by the file's path."""
    files = sorted((ROOT / package).rglob("*.py"))
    assert files, f"{package} has no Python file in {ROOT}."
    return {
        str(file.relative_to(ROOT)): set(imports(ast.parse(file.read_text(encoding="utf-8"))))
        for file in files
    }


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_point_one_way(package: str) -> None:
    forbidden = OURS - MAY_IMPORT[package] - {package}
    wrong = {file: found & forbidden for file, found in imported_by(package).items()}
    assert not {file: found for file, found in wrong.items() if found}


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_are_absolute(package: str) -> None:
    assert not [file for file, found in imported_by(package).items() if "." in found]


@pytest.mark.parametrize("package", ["shiftgym", "gp_env", "virl_env"])
def test_environments_need_only_their_declared_dependencies(package: str) -> None:
    allowed = {package, *MAY_IMPORT[package], *ENVIRONMENT_DEPENDENCIES, *sys.stdlib_module_names}
    wrong = {
        file: found - allowed - OPTIONAL.get(file, set())
        for file, found in imported_by(package).items()
    }
    assert not {file: found for file, found in wrong.items() if found}


def modules_imported() -> dict[str, set[str]]:
    """Return the modules of ours that each module imports, inside functions too, types apart."""
    found: dict[str, set[str]] = {}
    paths = [path for package in MAY_IMPORT for path in (ROOT / package).rglob("*.py")]
    names = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in paths
    }
    for name, path in names.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
                node.body = []
        wanted = set[str]()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                wanted |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                full = [f"{node.module}.{alias.name}" for alias in node.names]
                wanted |= {one if one in names else str(node.module) for one in full}
        found[name] = wanted & names.keys() - {name}
    return found


def test_no_module_imports_itself_by_way_of_others() -> None:
    left = modules_imported()
    # Modules that import nothing that is left go, until there are none, or only circles.
    while ready := [name for name, wanted in left.items() if not wanted & left.keys()]:
        for name in ready:
            del left[name]
    assert not {name: sorted(wanted & left.keys()) for name, wanted in left.items()}
