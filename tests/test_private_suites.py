"""Private suites: derived from a salt, committed to, and revealed."""

from __future__ import annotations

import json
import os
import stat
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.cli import app
from benchmarks.submissions.verify import verify
from benchmarks.suites.files import read_suite
from benchmarks.suites.private import (
    FAMILIES,
    RULES,
    TARGETS,
    Cards,
    Streets,
    commit,
    new_salt,
    write_new,
)
from tests.installed import WINDOWS
from virl_env.world.synthetic import FAMILIES as ALL_FAMILIES

SALT = "5eed" * 16


def told(*arguments: str | Path, exit_code: int = 0) -> str:
    result = CliRunner().invoke(app, list(map(str, arguments)))
    assert result.exit_code == exit_code, result.output
    return result.output


def test_what_follows_from_a_salt_is_pinned() -> None:
    # What a revealed salt led to must not change: a new derivation gets a new number.
    cards = commit("golden", Cards(), SALT)
    assert cards.commitment == "143cf34ce5c36b98895256aaf92540965ede50964c7aa541999aff268eeb0a06"
    assert cards.digest == "b28cf57d6a53af18"
    of = cards.suite(SALT)
    assert of.key == "5ad9b259c29da3de40232bb43f4ed1384d340e3c30f51b01a79aad5d77a0f58d"
    assert of.columns["six_cards"].keywords == {
        "num_cards": 6,
        "rule": [3, 7, 18],
        "face_cards": True,
        "target": 96,
    }
    assert of.episode_seeds(None, 2) == [4400604342770410371, 2780829263296436711]
    streets = commit("golden", Streets(cities=3, routes=5), SALT, "1.1")
    assert (streets.commitment, streets.digest) == (
        "2b7b9011c98f014e7804afb1d9c704cbf4eaed99d8a4024d29f425f37504d831",
        "2eea9c905134c717",
    )
    assert streets.suite(SALT).game == {
        "city": ["grid 1221721591", "radial 1013829285", "organic 549417745"],
        "routes": 5,
    }


def test_what_is_drawn_from_is_frozen() -> None:
    assert (len(RULES), RULES[0], RULES[-1]) == (4127, (1, 2, 3), (19, 18, 17))
    assert (len(TARGETS), TARGETS[0], TARGETS[-1]) == (89, 10, 99)
    assert set(FAMILIES) <= set(ALL_FAMILIES)


@pytest.mark.parametrize(
    "edit",
    [{"name": "other"}, {"version": "2"}, {"parameters": Cards(hands=499)}, {"salt": "0" * 64}],
    ids=lambda edit: next(iter(edit)),
)
def test_a_salt_fits_one_name_version_and_set_of_parameters(edit: dict[str, object]) -> None:
    public = commit("mine", Cards(), SALT)
    salt = str(edit.pop("salt", SALT))
    with pytest.raises(ValueError, match="the salt is not that of"):
        public.model_copy(update=edit).suite(salt)


def test_another_digest_is_refused() -> None:
    public = commit("mine", Cards(), SALT).model_copy(update={"digest": "0" * 16})
    with pytest.raises(ValueError, match="the file says 0000000000000000"):
        public.suite(SALT)


def test_versions_share_no_seed() -> None:
    seeds = [
        set(commit("mine", Cards(), SALT, version).suite(SALT).episode_seeds(None, 200))
        for version in ("1", "2")
    ]
    assert not seeds[0] & seeds[1]


def test_a_new_private_suite_has_a_secret_salt(tmp_path: Path) -> None:
    told("suite", "new", "autumn", "--private", "--out", tmp_path)
    public, secret = tmp_path / "autumn.json", tmp_path / "autumn.salt"
    salt = secret.read_text().strip()
    assert WINDOWS or stat.S_IMODE(os.stat(secret).st_mode) == 0o600
    assert salt not in public.read_text()
    assert told("suite", "check", public).strip().endswith("GeneralPoints, 6 columns.")
    again = told("suite", "new", "autumn", "--private", "--out", tmp_path, exit_code=2)
    assert "is there already" in again
    assert secret.read_text().strip() == salt


def test_from_a_secret_salt_to_a_revealed_one(tmp_path: Path) -> None:
    public, secret, salt = tmp_path / "autumn.json", tmp_path / "autumn.salt", new_salt()
    write_new(public, commit("autumn", Streets(cities=1, routes=3), salt), salt)
    of = read_suite(public)

    # Who holds the salt plays, submits and verifies.
    run, entry = tmp_path / "run", tmp_path / "submissions" / "chance"
    output = told(
        "evaluate", "--agent", "random", "--suite", public, "--size", "smoke", "--out", run
    )
    assert "The suite is a private set." in output
    sent = ["--track", "reference", "--licence", "CC0-1.0", "--suite-file", public, "--out", entry]
    assert "The suite is a private set." in told("submit", run, *sent)
    for file in (*run.iterdir(), *entry.iterdir()):
        held = file.read_bytes()
        assert salt.encode() not in held
        assert of.key.encode() not in held
    rows = [json.loads(line) for line in (run / "episodes.jsonl").read_text().splitlines()]
    for table in ("table.md", "table.csv"):
        shown = (run / table).read_text()
        assert not [row for row in rows if str(row["episode_seed"]) in shown]
        assert not [row for row in rows if row["digest"] in shown]
        assert not [city for city in of.game["city"] if city in shown]

    # The leaderboard shows its figures, and nothing of its episodes.
    site, build = tmp_path / "site", ["leaderboard", "build", entry.parent, "--suite-file", public]
    told(*build, "--out", site)
    page = (site / "entries" / "chance.html").read_text()
    assert "private set" in page
    assert "They are of a private set, and shown once its salt is revealed." in page
    assert not (site / "data").exists()
    hidden = [salt, of.key, *of.game["city"]]
    hidden += [str(row[name]) for row in rows for name in ("episode_seed", "digest", "cluster")]
    for file in filter(Path.is_file, site.rglob("*")):
        shown = file.read_text()
        assert not [told for told in hidden if told in shown], file

    # Of an agent that has trained nothing is held out.
    trained = ["evaluate", "--agent", "nearest-neighbour", "--suite", public]
    assert "autumn is not split" in told(*trained, exit_code=2)

    # Nobody else can.
    secret.rename(tmp_path / "kept")
    unknown = told("verify", entry, "--suite-file", public, exit_code=2)
    assert "only who has its salt knows what is played" in unknown
    assert "is well formed: autumn, version 1" in told("suite", "check", public)
    told("suite", "reveal", public, exit_code=2)
    secret.write_text("0" * 64)
    assert "the salt is not that of autumn" in told("suite", "reveal", public, exit_code=2)

    # Once it is revealed, anybody can.
    (tmp_path / "kept").replace(secret)
    told("suite", "reveal", public)
    secret.unlink()
    assert json.loads(public.read_text())["salt"] == salt
    assert "Verified: 2 episodes of random" in told("verify", entry, "--suite-file", public)
    told(*build, "--out", site)
    assert list((site / "data" / "plays" / "chance").iterdir())

    # What is submitted later is of a public suite, and who reveals twice changes no day.
    today = date.today()
    assert verify(entry, public).private
    revealed = public.read_text()
    told("suite", "reveal", public)
    assert public.read_text() == revealed
    public.write_text(revealed.replace(f'"{today}"', f'"{today - timedelta(days=1)}"'))
    assert not verify(entry, public).private


def test_a_suite_that_is_not_private_is_written_by_hand(tmp_path: Path) -> None:
    assert "Name --private" in told("suite", "new", "x", "--out", tmp_path, exit_code=2)
    wrong = told("suite", "new", "gp-l", "--private", "--out", tmp_path, exit_code=2)
    assert "gp-l is a suite of shiftgym" in wrong
    assert not list(tmp_path.iterdir())
