"""Adding to a list changes no recorded episode: what was drawn before is drawn after it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gp_env.rules import HELD_OUT, NAMED, Rule, random_rules
from tests.draws import drawn
from virl_env import directions
from virl_env.world.city import CATEGORIES
from virl_env.world.plans import PLANS, STREAMS
from virl_env.world.synthetic import UNSEEN_CITIES

ROOT = Path(__file__).parents[1]

GOLDEN: dict[str, str] = {
    "grid 1": "a06d763922a4",
    "grid 2": "86ceec560045",
    "grid 7": "c426fbc63044",
    "grid 4294967296": "4104be9558b2",
    "radial 1": "4edaee6a1c80",
    "radial 2": "bb49ff7e5bd2",
    "radial 7": "70c84830e9b9",
    "radial 4294967296": "57c633155763",
    "organic 1": "9ec941913c48",
    "organic 2": "7b9bbcd8641b",
    "organic 7": "b44e27d8d708",
    "organic 4294967296": "db4878f5605e",
    "superblock 1": "92d64bfec3fa",
    "superblock 2": "d263d3bd53b3",
    "superblock 7": "7581106d26c6",
    "superblock 4294967296": "c78ce45c53e8",
    "river 1": "a3c3e15f3cc2",
    "river 2": "932997e87f72",
    "river 7": "56381b7e4316",
    "river 4294967296": "ebd669f7007c",
    "diamond 1": "f96c5d7d02e0",
    "diamond 2": "f334f6cd7d17",
    "diamond 7": "67bd7afa59cf",
    "diamond 4294967296": "e30ae4e9b510",
    "unseen 0": "cbd62f81de5e",
    "unseen 8": "f9458b90e5c4",
    "unseen 9": "218de0eebb6b",
    "unseen 10": "d124c836cf3b",
    "unseen 11": "2a06698e4bdc",
    "unseen 12": "a05a01a74c3b",
    "unseen 13": "2beb1a703088",
    "cards": "66a86b8c035d",
    "directions": "bbbf96858cc9",
    "looks of cards": "65edc9221c7a",
    "looks of streets": "4d1a5f1ce2e0",
}
"""A change here is a change of every recorded episode that is drawn from that list."""

ADDED = [
    ("gp_env/rules.py", '        "ten": Rule', '        "all-3": Rule(3, 3, 3),\n'),
    (
        "virl_env/directions.py",
        '    "absolute": Directions(',
        '    "turned": Directions("world", (*COMPASS[1:], COMPASS[0])),\n',
    ),
    ("virl_env/world/plans.py", '    "grid": grid,', '    "new": grid,\n'),
    ("virl_env/world/plans.py", '    "grid": (5, 0),', '    "new": (1, 2 * _FURTHER),\n'),
    (
        "virl_env/world/synthetic.py",
        "    {TRAINING_CITY: CitySpec",
        '    {"new town": CitySpec("new", 1, 2.0),\n',
    ),
    ("virl_env/world/city.py", ')\n"""What a place is', '    "zoo",\n'),
    ("virl_env/views/look.py", "    blur: int = 0\n", "    dust: int = 0\n"),
    ("gp_env/pictures/look.py", "    noise: int = 0\n", "    dust: int = 0\n"),
    ("gp_env/pictures/look.py", '    "navy": (', '    "brown": (90, 60, 30),\n'),
]
"""A new entry of each list: the file, what stands behind the entry, and the entry."""

NEW = """
from gp_env.rules import NAMED, random_rules
from virl_env.directions import NAMED as TURNS, HELD_OUT, draw_tables, from_table
from virl_env.world.synthetic import CITY_NAMES, UNSEEN_CITIES, named_city, synthetic_city
import json, tests.draws
assert list(NAMED["all-3"]) in random_rules().tolist()
assert TURNS["turned"] not in HELD_OUT
assert "new town" in CITY_NAMES and "new town" not in UNSEEN_CITIES
assert named_city("new town").points.tolist() != synthetic_city("grid", 1, area=2.0).points.tolist()
print(json.dumps(tests.draws.drawn()))
"""


def test_what_is_drawn_is_what_it_was() -> None:
    assert drawn() == GOLDEN


def test_what_is_added_changes_nothing_that_was_drawn_before(tmp_path: Path) -> None:
    # A copy with another line in each list is what a new release would be.
    for package in ("gp_env", "virl_env", "shiftgym"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "draws.py", tmp_path / "tests")
    for name, behind, entry in ADDED:
        file = tmp_path / name
        text = file.read_text(encoding="utf-8")
        head, tail = text.split(behind)
        file.write_text(head + entry + behind.replace("{TRAINING", " TRAINING") + tail, "utf-8")
    told = subprocess.run(
        [sys.executable, "-c", NEW],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(told.stdout) == GOLDEN


def test_the_rules_that_are_held_out_do_not_follow_from_those_that_have_a_name() -> None:
    assert {rule for rule in NAMED.values() if rule in HELD_OUT} == HELD_OUT
    assert sorted(HELD_OUT) == [(5,) * 3, (7,) * 3, (10,) * 3, (11, 12, 13), (12,) * 3]
    assert len(random_rules()) == 5_829
    assert [*map(str, directions.HELD_OUT)] == ["absolute", "relative"]
    with pytest.raises(AttributeError):
        HELD_OUT.add(Rule(1, 2, 3))  # type: ignore[attr-defined]


def test_lists_that_others_count_in() -> None:
    assert tuple(UNSEEN_CITIES) == (
        *("porta vecchia", "chandrapuri", "rio claro", "thamesford", "harbour steps"),
        *("hudson heights", "yarra junction", "lagoon market", "golden bay"),
    )
    assert CATEGORIES[::21] == ("cafe", "gym")
    assert STREAMS.keys() == PLANS.keys()
    # No two families share a stream of draws, of whichever seeds.
    streams = {step * seed + first for step, first in STREAMS.values() for seed in range(1_000)}
    assert len(streams) == 1_000 * len(STREAMS)
