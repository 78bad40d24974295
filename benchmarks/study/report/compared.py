"""What a report compares: the declared endpoints, the controls, and what its advice rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from benchmarks.leaderboard.shifts import SHIFTS
from benchmarks.study.cells import PlayedByArm
from benchmarks.study.endpoints import (
    CHOOSES,
    ENDPOINTS,
    Choice,
    Sides,
    arms_by_rate,
    at_equal_rates,
    at_equal_success,
    choices,
    declared,
    equally_good,
)
from benchmarks.study.further_seeds import HALF
from benchmarks.study.loaded import Study
from benchmarks.study.names import arm_name
from benchmarks.study.presets import PolicyPreset
from benchmarks.study.report.contrasts import Contrast, Family, Maker

EARLY = 0.1
"""The share of an arm's compute that a small budget is."""

EQUAL = "where both have learned as much of the trained rule"
"""What `at_equal_success` compares, in words."""

TIED = "mean over all rates and points that validation finds equally good"
"""What `equally_good` compares, in words: in (a) the smallest rate and the first point count."""

CONTROLS: Sequence[tuple[str, str, str]] = (
    ("rl-kl", "rl", "RL with a penalty on the divergence from the init"),
    ("rl-entropy", "rl", "RL with an entropy bonus"),
    ("rl-short", "rl", "RL in rollouts of an eighth of the steps"),
    ("grpo", "rl", "GRPO, which is RL without learned values"),
    ("rejection", "sft", "SFT on the init's own right replies"),
    ("rejection", "rl", "SFT on the init's own right replies"),
    ("sft-diverse", "sft", "SFT on demonstrations of which half are under diverse rules"),
    ("init-on", "sft", "The init's own demonstrations carried on"),
    ("sft-answers", "sft", "SFT on answers without working, a loss of format"),
    ("sft-kl", "sft", "SFT with a penalty on the divergence from the init"),
    ("sft-dft", "sft", "SFT whose words are weighted by their probability (DFT)"),
    ("sft-large", "sft", "SFT in larger batches"),
    ("sft-then-rl", "sft", "RL after SFT"),
    ("sft-then-rl", "rl", "RL after SFT"),
    ("rl-untrained", "sft-untrained", "RL without an init"),
)
"""Arm, the one that it is compared with, and what it is; other arms are compared with that of
their method."""


def shifted_columns(study: Study) -> list[str]:
    """Return the columns out of distribution that advice is given for, the primary one first."""
    known = [out for _, out, _ in SHIFTS if out in study.of.columns and out != "ood_pairs"]
    return sorted(known, key=lambda column: column != study.task.shift)


def contrasts_of(
    study: Study,
    policy: str,
    retained: bool,
    beside: PlayedByArm | None = None,
    further: PlayedByArm | None = None,
) -> tuple[list[Contrast], dict[str, Choice]]:
    """Return all that is compared of a policy, uncorrected, and what validation chose.

    Args:
        retained: whether the init has seen the rules that are compared.
        beside: the arms "sft" and "rl" of another study from the same init, for controls.
        further: those that (b) is of, see `with_further_seeds`; None for the study's own.
    """
    preset, asked = study.preset, study.preset.policies[policy]
    played = {**(beside or {}), **study.played(policy)}
    make = Maker(study, policy, played, retained)
    if preset.is_controls:
        return _controls(make, asked), {}  # the endpoints are those of the grid
    if preset.is_half:
        return [], {}  # and so is what its seeds are compared with
    chosen: dict[str, Choice] = {}
    if CHOOSES in preset.curve_columns:
        # An unfinished run has what needs no choice.
        with suppress(ValueError):
            chosen = choices(played, asked, preset)
    pairs = declared(chosen, asked, preset)
    found: list[Contrast] = []
    shifted = shifted_columns(study)
    makers = {"b": make if further is None else replace(make, played=further)}
    for name, compared in pairs.items():
        # Of presets without validation the last point alone is declared, of other cities nothing.
        is_declared = CHOOSES in preset.curve_columns or name == "c"
        is_declared &= not preset.is_cv
        family: Family = "declared" if is_declared else "further"
        found += makers.get(name, make).of(
            name, ENDPOINTS[name], compared, study.task.shift, family
        )
    headline = "a" if "a" in pairs else "c"
    for column in shifted[1:]:
        if headline in pairs:
            found += make.of(headline, ENDPOINTS[headline], pairs[headline], column, "further")
    # What a lead under the shift costs is told with it.
    for name, compared in pairs.items():
        found += makers.get(name, make).of(name, ENDPOINTS[name], compared, "in", "further")
    found += _budgets(make, asked, list(pairs.values()))
    found += _against_init(make, pairs.get(headline, []))
    found += _rates(make, asked)
    if chosen:
        if not preset.is_chosen:
            # Of all rates, which two chosen arms are not.
            with suppress(ValueError):
                equal = at_equal_success(played, asked, preset)
                for column in (study.task.shift, "in"):
                    found += make.of("equal", EQUAL, equal, column, "further")
            tied = equally_good(played, asked, preset)
            for column in (study.task.shift, "in"):
                found += make.of("tied", TIED, tied, column, "further")
        found += _stops(make, chosen)
    found += _controls(make, asked)
    return found, chosen


def _budgets(make: Maker, asked: PolicyPreset, known: Sequence[Sequence[Sides]]) -> list[Contrast]:
    """Return RL - SFT after parts of the compute and after all of it, at equal rates if there are.

    Args:
        known: what the endpoints compare already.
    """
    preset = make.study.preset
    sft, rl = (arms_by_rate(asked, method) for method in ("sft", "rl"))
    arms = at_equal_rates(asked, preset)
    at = "at equal learning rates " if arms else ""
    if not arms and len(sft) == len(rl) == 1:
        arms = [(*rl.values(), *sft.values())]
    found = []
    for point in dict.fromkeys(map(preset.point_at, (EARLY, HALF, 1.0))):
        pairs = [((first, point), (second, point)) for first, second in arms]
        share = f"{100 * preset.share(point):.0f} % of the compute"
        if pairs and pairs not in known:
            for column in (make.study.task.shift, "in"):
                found += make.of("budget", f"{at}after {share}", pairs, column, "further")
    return found


def _against_init(make: Maker, pairs: Sequence[Sides]) -> list[Contrast]:
    found = []
    for pair in pairs:
        for arm, point in pair:
            about = f"{arm_name(arm)} against the init"
            found += make.of(
                "init", about, [((arm, point), ("init", 0))], make.study.task.shift, "further"
            )
    return found


def _rates(make: Maker, asked: PolicyPreset) -> list[Contrast]:
    """Return the smallest learning rate of each method against its largest, at the last point."""
    found, last = [], make.study.preset.points
    for method in ("sft", "rl"):
        arms = [
            arm
            for arm in arms_by_rate(asked, method).values()
            if (arm, last, make.study.task.shift) in make.played
        ]
        if len(arms) > 1:
            about = f"{method.upper()} with the smallest against the largest learning rate"
            pair = ((arms[0], last), (arms[-1], last))
            for column in (make.study.task.shift, "in"):
                found += make.of("rate", about, [pair], column, "further")
    return found


def _stops(make: Maker, chosen: Mapping[str, Choice]) -> list[Contrast]:
    """Return the point that validation chose against the last one."""
    found, last = [], make.study.preset.points
    for method, one in chosen.items():
        if one.point != last:
            about = f"{method.upper()} stopped by validation against trained to the end"
            pair = ((one.arm, one.point), (one.arm, last))
            for column in (make.study.task.shift, "in"):
                found += make.of("stop", about, [pair], column, "further")
    return found


def against_answers(
    study: Study,
    policy: str,
    chosen: Mapping[str, Choice],
    alone: Study,
    name: str,
    retained: bool,
) -> list[Contrast]:
    """Return each method with working against the same with answers alone, as validation chose.

    Args:
        chosen: of the policy, whose replies show working.
        alone: a study of the same suite.
        name: of its policy, whose replies do not.

    Returns:
        Nothing where the two play other hands or routes.
    """
    played, others, shift = dict(study.played(policy)), alone.played(name), study.task.shift
    found, passed = list[Contrast](), dict[str, Choice]()
    with suppress(ValueError):  # An unfinished study has chosen nothing yet.
        passed = choices(others, alone.preset.policies[name], alone.preset)
    for method, one in passed.items():
        beside, mine = f"{one.arm}, answers alone", chosen[method]
        for column in (shift, "in"):
            there = others.get((one.arm, one.point, column), {})
            here = played.get((mine.arm, mine.point, column), {})
            if any(here[key].cluster != there[key].cluster for key in here.keys() & there.keys()):
                return []
            played[beside, one.point, column] = there
            make = Maker(study, policy, played, retained)
            about = f"{method.upper()} from an init with working against one with answers alone"
            pair = ((mine.arm, mine.point), (beside, one.point))
            found += make.of("working", about, [pair], column, "further")
    return found


def _controls(make: Maker, asked: PolicyPreset) -> list[Contrast]:
    """Return each arm that is neither of the two against the one that it is a control of."""
    arms, last = asked.all_arms, make.study.preset.points
    measured = {arm for arm, _, _ in make.played}
    if not {"sft", "rl"} <= measured:
        return []
    known = [one for one in CONTROLS if one[0] in arms and one[1] in measured]
    named = {"sft", "rl", "sft-untrained", *(arm for arm, _, _ in known)}
    known += [
        (arm, "sft" if about.imitates else "rl", arm)
        for arm, about in arms.items()
        if arm not in named
    ]
    return [
        one
        for arm, other, about in known
        for column in (make.study.task.shift, "in")
        for one in make.of("control", about, [((arm, last), (other, last))], column, "further")
    ]
