"""More seeds of a grid's comparison at equal rates and half of the compute, from other studies.

A grid has all rates on its first seeds. On further ones a study of its chosen arms has two of them,
and a study whose preset ends in "-half" the others, trained to half of the compute.
"""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.records import EXPECTED_MINUTES
from benchmarks.study.cells import Played, check_same_init
from benchmarks.study.loaded import Study
from benchmarks.study.presets import Preset
from benchmarks.study.presets.schema import CHOSEN, HALF_ONLY

HALF = 0.5
"""The share of an arm's compute at which equal rates are compared."""

_NEAR = 0.05

_TRAINED_ALIKE = {"competence", "validation_episodes", "solutions", "metric", "game", "folds"}
_NOT_TRAINED_BY = {"arms", "arm_flops", EXPECTED_MINUTES}


def halfway(preset: Preset) -> int:
    """Return the first point of a grid at which its arms have spent half of their compute."""
    if preset.is_half:
        return preset.points
    return preset.point_at(HALF)


def is_near_half(share: float) -> bool:
    """Return whether words may call a share of the compute a half."""
    return abs(share - HALF) <= _NEAR


def with_further_seeds(
    study: Study, policy: str, studies: Iterable[Study]
) -> dict[tuple[str, int, str], Played]:
    """Return a policy's episodes by stage, point and column, halfway of all seeds there are.

    The init and the arms after half of the compute have those of other studies too. A comparison of
    all rates is of the seeds that each of them has.

    Args:
        study: a grid.
        studies: where those of its chosen arms and of its half are looked for. One that trains
            otherwise does not count, and without a half there are no further seeds.

    Raises:
        RunError: two of them have different inits on one seed.
    """
    found: dict[tuple[str, int, str], Played] = dict(study.played(policy))
    more = [one for one in studies if continues(study, policy, one)]
    if not any(one.preset.is_half for one in more):
        return found
    half = halfway(study.preset)
    for other in more:
        theirs = other.played(policy)
        check_same_init(other.folder, found, theirs)
        there = {0: 0, halfway(other.preset): half}
        for (stage, point, column), cell in theirs.items():
            if point in there:
                place = stage, there[point], column
                found[place] = {**cell, **found.get(place, {})}
    return found


def continues(grid: Study, policy: str, other: Study) -> bool:
    """Return whether a study has further seeds of a grid: the same arms, trained the same way."""
    ours, theirs = grid.preset, other.preset
    if theirs.name not in (ours.name + CHOSEN, ours.name + HALF_ONLY):
        return False
    if other.record.suites != grid.record.suites or policy not in theirs.policies:
        return False
    mine, its = ours.policies[policy], theirs.policies[policy]
    return (
        ours.model_dump(include=_TRAINED_ALIKE) == theirs.model_dump(include=_TRAINED_ALIKE)
        and mine.model_dump(exclude=_NOT_TRAINED_BY) == its.model_dump(exclude=_NOT_TRAINED_BY)
        and its.all_arms.items() <= mine.all_arms.items()
        and mine.arm_flops * ours.share(halfway(ours))
        == its.arm_flops * theirs.share(halfway(theirs))
    )
