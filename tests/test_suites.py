"""Suites: fixed, told apart by their digest, and disjoint from everything trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from benchmarks.cells import cells_of_suite
from benchmarks.cost import cost
from benchmarks.options import EvaluationOptions
from benchmarks.players import Player
from benchmarks.suites import SUITES, TEST_BIT, Column, Suite, suite, suite_of
from benchmarks.suites.files import read_suite
from benchmarks.tasks import TASKS
from gp_env.deal import split_part
from gp_env.pictures import look as card_look
from shiftgym.mixer import EPISODE_SEED_BITS, MAX_EPISODE_SEED
from virl_env.views import look as street_look

GP_L, VIRL_L = SUITES["gp-l"], SUITES["virl-l"]
both = pytest.mark.parametrize("of", SUITES.values(), ids=list(SUITES))


def deal(column: str, seed: int, count: int) -> list[tuple[int, ...]]:
    env = gym.make_vec(GP_L.id(column), num_envs=count, **GP_L.keywords(column, seed)).unwrapped
    env.reset(options={"episode_seed": np.array(GP_L.episode_seeds(seed, count))})
    return [env.hand(copy).ranks for copy in range(count)]


DIGESTS = {
    "gp-l": "0b1d60996d1187e5",
    "virl-l": "2728e4c49670f408",
    "gp-vl": "2b03172ce81f6993",
    "virl-vl": "0535700a13d4ffe8",
}
"""A new one means that figures made with the old one are of another suite: raise its version."""


def test_versions_and_digests_are_pinned() -> None:
    assert {name: of.digest for name, of in SUITES.items()} == DIGESTS
    assert {of.version for of in SUITES.values()} == {"1"}


def test_the_digest_changes_with_all_that_decides_episodes() -> None:
    column = GP_L.columns["in"]
    changed: list[dict[str, object]] = [
        {"name": "other"},
        {"version": "2"},
        {"folds": 5},
        {"game": {"target": 25}},
        {"sizes": {**GP_L.sizes, "standard": 500}},
        *(
            {"columns": {**GP_L.columns, "in": column.model_copy(update=update)}}
            for update in (
                {"id": "GeneralPoints-RuleOOD-v0"},
                {"keywords": {}},
                {"split": None},
                {"sizes": {"smoke": 3}},
            )
        ),
        {"columns": {**GP_L.columns, "more": column}},
    ]
    digests = {GP_L.model_copy(update=update).digest for update in changed}
    assert len(digests | {GP_L.digest}) == len(changed) + 1
    told = {**GP_L.columns, "in": column.model_copy(update={"about": "In other words."})}
    assert GP_L.model_copy(update={"columns": told}).digest == GP_L.digest


def test_every_suite_is_of_a_task_that_is_known() -> None:
    for task in TASKS:
        assert suite_of(task).task == task
    assert {of.task for of in SUITES.values()} == TASKS.keys()


@both
def test_the_primary_endpoint_is_a_column(of: Suite) -> None:
    task = TASKS[of.task]
    assert task.shift in of.columns
    assert {task.metric, task.competence} <= task.metrics.keys()


def test_severities_are_those_of_the_looks() -> None:
    # A look may get further axes, which change no suite.
    for name, look in (("gp-vl", card_look), ("virl-vl", street_look)):
        assert set(SUITES[name].axes) <= set(look.AXES)
    assert [len(SUITES[name].axes) for name in ("gp-vl", "virl-vl")] == [6, 4]


@pytest.mark.parametrize("name", ["gp-vl", "virl-vl"])
def test_points_of_curves_differ_from_in_by_one_severity(name: str) -> None:
    of = SUITES[name]
    start = of.keywords("in", 3, seen=True)
    points = set(of.columns) - set(of.columns_for(seen=False))
    for axis, columns in of.axes.items():
        assert list(columns) == [0, 1, 2, 3, 4, 5]
        for severity in range(1, 6):
            column = columns[severity]
            points.remove(column)
            assert of.id(column, "-Image") == of.id("in", "-Image")
            assert of.keywords(column, 3, seen=True) == {**start, "look": {axis: severity}}
            assert of.keywords(column, 3) == start
    assert not points


@pytest.mark.parametrize("name", ["gp-vl", pytest.param("virl-vl", marks=pytest.mark.slow)])
def test_those_who_see_nothing_play_the_same_episodes(name: str) -> None:
    of = SUITES[name]
    task, seeds = TASKS[of.task], np.array(of.episode_seeds(2, 20))
    for column in of.columns_for(seen=False):
        dealt = []
        for interface in ("", "-Image"):
            keywords = of.keywords(column, 2, seen=bool(interface))
            id = of.id(column, interface)
            env = gym.make_vec(id, num_envs=20, **keywords).unwrapped
            env.reset(options={"episode_seed": seeds})
            dealt.append([task.dealt(env, copy) for copy in range(20)])
        assert dealt[0] == dealt[1]


def test_each_task_has_a_suite_of_either_kind() -> None:
    for task in TASKS:
        assert not suite_of(task).axes
        assert suite_of(task, seen=True).axes


def test_an_unknown_suite_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="gp-l"):
        suite("gp-x")


@both
def test_test_seeds_cannot_be_an_environments_own(of: Suite) -> None:
    parts = (None, *range(of.tested))
    seeds = [seed for part in parts for seed in of.episode_seeds(part, 500)]
    assert min(seeds) >= TEST_BIT == 2**EPISODE_SEED_BITS
    assert max(seeds) < MAX_EPISODE_SEED
    assert len(set(seeds)) == len(seeds)
    assert not set(seeds) & set(of.episode_seeds(0, 500, "validation"))


@both
def test_a_longer_list_of_seeds_begins_with_a_shorter(of: Suite) -> None:
    assert of.episode_seeds(2, 50)[:20] == of.episode_seeds(2, 20)
    assert of.episode_seeds(2, 20) == of.episode_seeds(2 + of.tested, 20)


def test_six_seeds_are_tested_on_six_parts_and_share_the_seventh_for_validation() -> None:
    for of in SUITES.values():
        assert [of.fold(seed) for seed in range(7)] == [
            *((seed, 7, 6) for seed in range(6)),
            (0, 7, 6),
        ]
        assert of.keywords("in", 3)["fold"] == [3, 7, 6]
        assert not {"split", "fold"} & of.keywords("in", None).keys()


@both
def test_who_trains_nothing_plays_no_training_episodes_and_studies_no_controls(of: Suite) -> None:
    everything = of.columns_for(seen=True, controls=True)
    assert everything == list(of.columns)
    stock = of.columns_for(seen=True, trained=False, controls=True)
    assert set(everything) - set(stock) == {n for n in everything if n.endswith("_train")}
    controls = set(everything) - set(of.columns_for(seen=True))
    assert controls == {name for name, column in of.columns.items() if column.control}
    assert ("gp-l", "virl-l").count(of.name) == bool(controls)


def test_who_reads_no_words_is_told_so_of_columns_of_style() -> None:
    for interface, told in (("", 1), ("-Text", 0)):
        who = Player("someone", _nobody, interfaces=(interface,))
        asked = EvaluationOptions("someone", columns=["style_1", "in"], episodes=1)
        notes = cells_of_suite(who, SUITES["virl-l"], asked, None)[1]
        assert sum("style_1 differ" in note for note in notes) == told


def _nobody(env: Any) -> Any:
    raise AssertionError("nobody plays")


@both
def test_sizes_are_of_every_column(of: Suite) -> None:
    assert list(of.sizes) == ["smoke", "standard", "paper"]
    paper = {"GeneralPoints": 234, "VIRLNavigation": 48}[of.task]
    for name, column in of.columns.items():
        cities = "VisualOOD" in column.id and of.task == "VIRLNavigation"
        assert of.size(name, "paper") == (18 if cities else paper)
    with pytest.raises(ValueError, match="no size 'huge': expected one of smoke, standard, paper"):
        of.size("in", "huge")


def test_an_id_is_played_through_the_interface_of_the_player_unless_it_names_one() -> None:
    columns = {
        "ours": Column(id="gp_env:GeneralPoints-RuleOOD-v0", keywords={"look": {"noise": 1}}),
        "fixed": Column(id="GeneralPoints-Image-v0", keywords={"look": {"noise": 1}}),
    }
    of = Suite(name="mine", columns=columns)
    assert of.id("ours", "-Text") == "GeneralPoints-Text-RuleOOD-v0"
    assert of.id("fixed", "-Text") == "GeneralPoints-Image-v0"
    assert "look" not in of.keywords("ours", 0)
    assert "look" in of.keywords("fixed", 0)
    other = Suite(name="other", columns={"in": Column(id="package:Task-v0")})
    assert other.id("in", "-Text") == "package:Task-v0"
    assert other.task == "package:Task"


@pytest.mark.parametrize("interface", ["", "-Text"])
@both
def test_every_column_is_a_registered_id(of: Suite, interface: str) -> None:
    known = TASKS[of.task].variants().keys()
    assert {of.id(column, interface) for column in of.columns} <= known


def test_columns_deal_only_the_hands_of_their_fold() -> None:
    for seed in (0, 4):
        for column in GP_L.columns_for(seen=False):
            ranks = np.array(deal(column, seed, 100), dtype=np.uint8)
            part = split_part(ranks, GP_L.folds)
            trained = column.endswith("_train")
            assert not np.isin(part, (seed, 6)).any() if trained else (part == seed).all()


def test_pairs_are_the_same_hands_and_have_a_face() -> None:
    inside, outside = deal("in_pairs", 1, 100), deal("ood_pairs", 1, 100)
    assert inside == outside
    assert all(any(11 <= rank <= 13 for rank in hand) for hand in inside)
    assert deal("in", 1, 100) != inside


def walk(column: str, seed: int, count: int) -> list[tuple[str, str, int]]:
    """Return city, route and initial heading of the first episodes of a column of navigation."""
    keywords = VIRL_L.keywords(column, seed)
    env = gym.make_vec(VIRL_L.id(column), num_envs=count, **keywords).unwrapped
    env.reset(options={"episode_seed": np.array(VIRL_L.episode_seeds(seed, count))})
    routes = [(env.route(copy), env.initial_heading(copy)) for copy in range(count)]
    return [(route.city, route.digest, heading) for route, heading in routes]


def test_both_rules_are_walked_on_the_same_routes() -> None:
    for seed in (0, 3):
        assert walk("in", seed, 60) == walk("rule_ood", seed, 60)
        assert walk("cities", seed, 60) == walk("cities_rule_ood", seed, 60)
    assert walk("in", 0, 60) != walk("in", 1, 60)


def test_no_test_route_is_trained_on_and_nobody_trains_in_the_cities() -> None:
    training = TASKS[VIRL_L.task].demonstrate(
        12_000, seed=0, rules=("absolute",), fold=VIRL_L.fold(2), **VIRL_L.game
    )
    shown = set(training.digest.tolist())
    assert not shown & {digest for _, digest, _ in walk("in", 2, 200)}
    assert shown >= {digest for _, digest, _ in walk("in_train", 2, 200)}
    (home,) = {city for city, _, _ in walk("in", 2, 200)}
    cities = walk("cities", 2, 500)
    assert len({city for city, _, _ in cities} - {home}) == 9
    assert len({digest for _, digest, _ in cities}) > 200
    assert not shown & {digest for _, digest, _ in cities}


@pytest.mark.parametrize(
    "name, characters, requests",
    [("gp-l", (850, 900), (1, 1)), ("virl-l", (1_650, 1_850), (13, 31))],
)
def test_what_an_episode_costs_is_about_what_the_page_on_models_says(
    name: str, characters: tuple[int, int], requests: tuple[int, int]
) -> None:
    counted = cost(SUITES[name], episodes=10)
    assert characters[0] < counted.characters < characters[1]
    assert requests[0] <= counted.fewest <= counted.most <= requests[1]


@pytest.mark.parametrize(
    "text, told",
    [
        ('{"name": "a", "columns": {"in": {"id": "x"}, "in": {"id": "y"}}}', "'in' stands twice"),
        (
            '{"name": "a", "columns": {"in": {"id": "x", "sizes": {"huge": 3}}}}',
            "'huge' is no size",
        ),
        (
            '{"name": "a", "folds": 7, "columns": {"in": {"id": "x", "keywords": {"fold": []}}}}',
            "'fold' is set by who plays",
        ),
        (
            '{"name": "a", "game": {"render_mode": "ansi"}, "columns": {"in": {"id": "x"}}}',
            "'render_mode' is set by who plays",
        ),
        ("[" * 100_000, "is no suite"),
    ],
    ids=["double", "size", "fold", "render_mode", "deep"],
)
def test_a_file_that_says_what_is_not_played_is_refused(
    tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / "mine.json").write_text(text)
    with pytest.raises(ValueError, match=told) as caught:
        read_suite(tmp_path / "mine.json")
    assert "mine.json" in str(caught.value)
