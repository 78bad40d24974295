"""Which controls overturn the headline, from rows made up for it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.runs import RunError
from benchmarks.significance import difference_test
from benchmarks.statistics import Estimate, Observation
from benchmarks.study import overturned
from benchmarks.study.endpoints import CHOOSES
from benchmarks.study.overturned import (
    COLUMN,
    EXPLAINS,
    LEAVES,
    StandIn,
    at_endpoint,
    confronted,
    stand_ins,
    verdict,
)
from benchmarks.study.presets import PRESETS

PRESETS_OF_CONTROLS = [PRESETS["gp-l"][name] for name in ("controls", "controls-more")]
ARMS = {
    name: arm
    for preset in PRESETS_OF_CONTROLS
    for name, arm in preset.policies["lm-working"].all_arms.items()
}
HEADLINE = Estimate(0.2, 0.1, 0.3, 100, 50, 3, {})

ByArm = dict[tuple[str, int, str], Any]


def episodes(rate: float) -> dict[tuple[int, int], Observation]:
    """Return 600 episodes, five to a hand; hands succeed as a whole."""
    return {
        (seed, number): Observation(seed, f"{number // 5}", float(number < rate * 200))
        for seed in range(3)
        for number in range(200)
    }


def cells(**rates: float) -> ByArm:
    """Return arms whose second point is the better one, and has these rates."""
    found: ByArm = {}
    for arm, rate in rates.items():
        arm = arm.replace("_", "-")
        for point, share in ((1, 0.1), (2, 0.6)):
            found[arm, point, CHOOSES] = episodes(share)
            found[arm, point, COLUMN] = episodes(rate if point == 2 else 1.0)
    return found


def test_each_control_stands_in_for_the_arm_whose_method_it_has() -> None:
    assert {one.control: one.of for one in stand_ins(ARMS)} == {
        **dict.fromkeys(["rl-kl", "rl-entropy", "sft-then-rl", "grpo"], "rl"),
        **dict.fromkeys(
            ["init-on", "rejection", "sft-diverse", "sft-kl", "sft-large", "sft-dft"], "sft"
        ),
        "untrained": "both",
    }
    assert stand_ins(ARMS)[-1] == StandIn("untrained", "rl-untrained", "sft-untrained", "both")
    assert stand_ins({"sft": ARMS["sft"], "sft-untrained": ARMS["sft-untrained"]}) == []


@pytest.mark.parametrize(
    ("name", "rate", "turns", "explains"),
    [
        ("sft-diverse", 0.35, False, False),  # Better by less than RL is.
        ("sft-diverse", 0.5, False, True),  # As much better as RL.
        ("sft-diverse", 0.9, True, False),  # Better than RL.
        ("rl-kl", 0.3, False, True),  # RL without its gain.
        ("rl-kl", 0.5, False, False),
        ("grpo", 0.0, True, False),
    ],
)
def test_a_control_turns_or_explains_the_headline(
    name: str, rate: float, turns: bool, explains: bool
) -> None:
    told = cells(sft=0.3, rl=0.5, **{name: rate})
    (stand_in,) = (one for one in stand_ins(ARMS) if one.control == name)
    found = verdict(HEADLINE, stand_in, at_endpoint(told, 2, "a"))
    assert (found.turns, found.explains) == (turns, explains)
    ends = {"sft": 0.3, "rl": 0.5, name: rate}
    assert found.difference.value == pytest.approx(ends[stand_in.rl] - ends[stand_in.sft])
    # Nothing is left to be overturned where the headline is not decided.
    open_ = Estimate(0.2, -0.1, 0.5, 100, 50, 3, {})
    found = verdict(open_, stand_in, at_endpoint(told, 2, "a"))
    assert (found.turns, found.explains) == (False, False)


def test_a_control_that_changes_nothing_for_sure_explains_nothing() -> None:
    # Its effect may be as large as the headline, or none.
    told = {
        ("rl", "sft"): replace(HEADLINE, value=0.15),
        ("rl-kl", "sft"): replace(HEADLINE, value=0.1),
        ("rl", "rl-kl"): replace(HEADLINE, low=-0.1, value=0.1),
    }
    (stand_in,) = (one for one in stand_ins(ARMS) if one.control == "rl-kl")
    assert verdict(HEADLINE, stand_in, lambda *arms: told[arms]).words == LEAVES
    told["rl", "rl-kl"] = replace(HEADLINE, low=0.01, value=0.1)
    assert verdict(HEADLINE, stand_in, lambda *arms: told[arms]).words == EXPLAINS


def test_controls_are_set_against_the_last_point_where_it_tells() -> None:
    told = cells(sft=0.3, rl=0.5, rl_kl=0.5)
    # At the last of three points RL leads by its KL term alone.
    for arm, rate in (("sft", 0.3), ("rl", 0.5), ("rl-kl", 0.3)):
        told[arm, 3, COLUMN] = episodes(rate)
    (stand_in,) = (one for one in stand_ins(ARMS) if one.control == "rl-kl")
    for endpoint, explains in (("a", False), ("c", True)):
        found = verdict(HEADLINE, stand_in, at_endpoint(told, 3, endpoint))
        assert (found.turns, found.explains) == (False, explains)
    open_ = replace(HEADLINE, low=-0.1)
    assert confronted({"a": open_, "b": HEADLINE, "c": HEADLINE}) == {"a": open_, "c": HEADLINE}
    assert confronted({"a": HEADLINE, "c": open_}) == {"a": HEADLINE}


def test_arms_from_untrained_weights_are_compared_with_each_other() -> None:
    told = cells(sft=0.3, rl=0.5, sft_untrained=0.6, rl_untrained=0.1)
    found = verdict(HEADLINE, stand_ins(ARMS)[-1], at_endpoint(told, 2, "a"))
    assert (found.turns, found.explains, found.change) == (True, False, None)


def test_the_command_reads_grids_and_controls(monkeypatch: pytest.MonkeyPatch) -> None:
    grid = PRESETS["gp-l"]["grid"]
    short = {preset.name: preset.model_copy(update={"points": 3}) for preset in PRESETS_OF_CONTROLS}
    studies = {"grid": grid, **short}
    first = cells(sft=0.3, rl=0.5, rl_kl=0.5)
    rows = {"grid": {}, "controls": first, "controls-more": cells(sft_diverse=0.5, grpo=0.0)}
    rows["controls"]["init", 0, COLUMN] = rows["controls-more"]["init", 0, COLUMN] = episodes(0.4)
    for arm, rate in (("sft", 0.3), ("rl", 0.5), ("rl-kl", 0.3)):
        rows["controls"][arm, 3, COLUMN] = episodes(rate)
    record = SimpleNamespace(suites={"gp-l": ""})
    endpoint = SimpleNamespace(name="a", test=SimpleNamespace(estimate=HEADLINE))
    last = SimpleNamespace(name="c", test=SimpleNamespace(estimate=replace(HEADLINE, low=-0.1)))
    notes: dict[str, list[str]] = {name: [] for name in studies}

    def load(path: Path) -> Any:
        return SimpleNamespace(
            folder=path,
            record=record,
            preset=studies[path.name],
            played=lambda _: rows[path.name],
            notes=notes[path.name],
        )

    fewer = partial(difference_test, replicates=2_000)
    monkeypatch.setattr(overturned, "difference_test", fewer)
    monkeypatch.setattr("benchmarks.study.loaded.in_order", list)
    monkeypatch.setattr("benchmarks.study.loaded.load_study", load)
    monkeypatch.setattr(overturned, "endpoints", lambda *_: ({}, [endpoint, last]))
    folders, read = [Path(name) for name in studies], list[Path]()
    lines = overturned.report(folders, read.append)
    assert read == folders
    assert lines[0] == "gp-l, lm-working:"
    assert lines[1].startswith(f"headline (a), RL - SFT on {COLUMN}: +20.0 [+10.0")
    assert lines[1].endswith(" 3 seeds; interim, 6 are declared")
    ends = {line.split(" for ")[0]: line for line in lines if " for " in line}
    assert {name: line.rsplit(": ", 1)[1] for name, line in ends.items()} == {
        "rl-kl": "leaves it",
        "sft-diverse": "explains it",
        "grpo": "turns it",
    }
    assert lines[2].startswith("no control: RL - SFT +20.0 [")
    assert lines[2].endswith(" 3 seeds: at this rate too")
    assert "rejection is open: No point of rejection is measured" in "\n".join(lines)
    assert not any("(c)" in line for line in lines)
    last.test.estimate = HEADLINE
    told = overturned.report(folders)
    assert told[: len(lines)] == lines
    assert told[len(lines)].startswith(f"headline (c), RL - SFT on {COLUMN}: +20.0 [+10.0")
    (kept,) = (line for line in told[len(lines) :] if line.startswith("rl-kl for RL"))
    assert kept.endswith(": explains it")
    # At the one rate of the controls there may be nothing of what is found at others.
    last.test.estimate = Estimate(-0.2, -0.3, -0.1, 100, 50, 3, {})
    assert overturned.report(folders)[len(lines) + 1].endswith(": not at this rate")
    last.test.estimate = replace(HEADLINE, low=-0.1)
    # Nothing is said of a headline that is not decided.
    endpoint.test.estimate = replace(HEADLINE, low=-0.1)
    assert "nothing can overturn it" in overturned.report(folders)[2]
    ends = ("it", "rate", "too")
    assert not any(line.endswith(ends) for line in overturned.report(folders)[3:])
    rows["controls-more"]["init", 0, COLUMN] = episodes(0.5)
    with pytest.raises(RunError, match="controls-more: its init plays otherwise"):
        overturned.report(folders)
    assert "no grid among these studies" in overturned.report(folders[1:2])[1]
    # Nor from that of the grid whose headline they are set against.
    rows["grid"]["init", 0, COLUMN] = episodes(0.1)
    with pytest.raises(RunError, match="controls: its init plays otherwise"):
        overturned.report(folders[:2])
    # What lies between them may be of other seeds.
    with monkeypatch.context() as others:
        others.setitem(studies, "half", PRESETS["gp-l"]["grid-half"])
        later = {(seed + 3, number): one for (seed, number), one in episodes(0.7).items()}
        others.setitem(rows, "half", {("init", 0, COLUMN): later})
        others.setitem(notes, "half", [])
        with pytest.raises(RunError, match="controls: its init plays otherwise"):
            overturned.report([folders[0], Path("half"), folders[1]])
    # Studies of a policy that has no controls may have inits of their own.
    with monkeypatch.context() as others:
        others.setitem(studies, "grid", PRESETS["gp-l"]["full"])
        others.setitem(studies, "controls", PRESETS["gp-l"]["grid-answers"])
        assert overturned.report(folders[:2])[0].startswith("There are no controls")
    del rows["grid"]["init", 0, COLUMN]
    (told,) = overturned.report(folders[:1])
    assert told.startswith("There are no controls among these studies")
    # A study that is given twice is read once.
    assert len(overturned.report([*folders[:2], *folders[:2]], read.append)) > 3
    assert read[len(folders) :] == folders[:2]
    assert overturned.report([*folders[:2], *folders[:2]]) == overturned.report(folders[:2])

    def no_endpoint(*_: Any) -> Any:
        raise ValueError("No point of sft-5e-5 is measured on in_validation yet.")

    monkeypatch.setattr(overturned, "endpoints", no_endpoint)
    assert overturned.report(folders[:2])[1].startswith("No point of sft-5e-5 is measured")
    monkeypatch.setattr(overturned, "endpoints", lambda *_: ({}, []))
    (told,) = overturned.report(folders[:2])[1:]
    assert told == f"(a) of lm-working on {COLUMN} has no episodes yet."
    notes["grid"] = ["grid: INCOMPLETE"]
    assert overturned.report(folders[:1])[0] == "grid: INCOMPLETE"
