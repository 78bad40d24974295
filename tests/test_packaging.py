"""The wheel and the sdist: what is in them, and what it takes to build them."""

from __future__ import annotations

import ast
import re
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml
from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager

from hatch_build import APPLICATION, LEFT_OUT, PACKAGES, renamed
from tests.installed import ROOT, build, run

LIBRARY = {"gp_env", "shiftgym", "virl_env"}
INSIDE = APPLICATION.replace(".", "/")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("wheel"))


def application() -> set[str]:
    """Return the files of the checkout that the wheel carries as the application."""
    found = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    return {name for name in found if not name.startswith(LEFT_OUT)}


def test_the_wheel_holds_the_library_and_within_it_the_application(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        files = set(archive.namelist())
        (entry_points,) = (name for name in files if name.endswith(".dist-info/entry_points.txt"))
        assert "shiftgym = shiftgym.__main__:main" in archive.read(entry_points).decode()
    tops = {name.split("/")[0] for name in files}
    assert {top for top in tops if not top.endswith(".dist-info")} == LIBRARY
    assert {f"{package}/py.typed" for package in LIBRARY} <= files
    (licence,) = (name for name in files if name.endswith("/LICENSE"))
    assert ".dist-info/" in licence
    inside = {name for name in files if name.startswith(f"{INSIDE}/")}
    assert inside == {f"{INSIDE}/{name}" for name in application()} | {f"{INSIDE}/__init__.py"}


def test_nothing_in_the_wheel_imports_the_application_from_the_top(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if not name.endswith(".py"):
                continue
            for node in ast.walk(ast.parse(archive.read(name))):
                if isinstance(node, ast.ImportFrom):
                    assert str(node.module).split(".")[0] not in PACKAGES, name
                elif isinstance(node, ast.Import):
                    assert not {part.name.split(".")[0] for part in node.names} & set(PACKAGES)


def test_the_sdist_holds_what_the_wheel_is_built_from(tmp_path: Path) -> None:
    with tarfile.open(build("sdist", tmp_path)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert application() | {"hatch_build.py", "pyproject.toml", "README.md", "LICENSE"} <= names
    tops = {name.split("/")[0] for name in names if "/" in name}
    assert tops == {*LIBRARY, *PACKAGES}
    assert not [name for name in names if "__pycache__" in name]


def test_the_files_of_a_release_name_one_version() -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.M)
    assert version
    run(sys.executable, ROOT / ".ci" / "version", f"v{version[1]}", cwd=ROOT)
    assert "names" in run(sys.executable, ROOT / ".ci" / "version", "v9.9", cwd=ROOT, status=1)


def test_a_release_names_the_repository(tmp_path: Path) -> None:
    repository = "https://github.com/owner/name"
    for name in ("README.md", "pyproject.toml", "CITATION.cff"):
        shutil.copy(ROOT / name, tmp_path)
    run(sys.executable, ROOT / ".ci" / "address", repository, "v0.1.0", tmp_path, cwd=ROOT)
    text = (tmp_path / "README.md").read_text("utf-8")
    targets = re.findall(r'(?:\]\(|\b(?:src|srcset)=")([^)"]+)', text)
    assert all(target.startswith("https://") for target in targets)
    ours = [target for target in targets if target.startswith(repository)]
    assert f"{repository}/raw/v0.1.0/docs/images/front.gif" in ours
    metadata = ProjectMetadata(str(tmp_path), PluginManager()).core
    urls = metadata.urls
    assert urls["Repository"] == repository
    for target in (*ours, urls["Documentation"], urls["Changelog"]):
        path, _, _ = target.removeprefix(repository).partition("#")
        assert (ROOT / path.split("/", 3)[3]).exists(), target
    cited = yaml.safe_load((tmp_path / "CITATION.cff").read_text("utf-8"))
    assert cited["repository-code"] == repository
    # Only what a release is built from knows an address.
    assert not ProjectMetadata(str(ROOT), PluginManager()).core.urls


def test_only_imports_are_renamed_for_the_wheel() -> None:
    here = '"""From agents."""\nfrom agents import a\nif a:\n    from benchmarks.b import (\n  c)\n'
    there = here.replace("from agents", "from shiftgym.application.agents")
    there = there.replace("from benchmarks", "from shiftgym.application.benchmarks")
    assert renamed(here.encode(), Path("one.py")) == there.encode()
    others = b"from agents_of_mine import a\nfrom gp_env import agents\n"
    assert renamed(others, Path("one.py")) == others


@pytest.mark.parametrize("line", ["import agents.gp", "x = 1; from benchmarks import y"])
def test_an_import_that_cannot_be_renamed_ends_the_build(line: str) -> None:
    with pytest.raises(ValueError, match=r"one\.py imports \w+"):
        renamed(line.encode(), Path("one.py"))
