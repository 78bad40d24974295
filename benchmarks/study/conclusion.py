"""What a study found, in one plain sentence for each policy."""

from __future__ import annotations

from benchmarks.significance import seeds_interval
from benchmarks.statistics import FEW_SEEDS, Estimate
from benchmarks.study.results import Difference, Results
from benchmarks.tables import percent


def sentences(results: Results) -> list[str]:
    """Return the primary endpoint of each policy in words, with the numbers that it rests on."""
    return [_sentence(results, difference) for difference in results.primary()]


def _sentence(results: Results, primary: Difference) -> str:
    policy, estimate = primary.policy, primary.estimate
    rates = {arm: results.rate(policy, arm, primary.column) for arm in ("init", "sft", "rl")}
    at = {arm: percent(rate.estimate.value) for arm, rate in rates.items() if rate is not None}
    measured = results.task.metrics[results.task.metric].title.lower()
    seeds = estimate.seeds
    before = f", from an init at {at['init']} %" if "init" in at else ""
    return (
        f"Under the other rule, {measured} of {policy} is {at['rl']} % after RL and "
        f"{at['sft']} % after SFT{before}: a difference of {percent(estimate.value, '+')} points "
        f"(95 % interval {percent(estimate.low, '+')} to {percent(estimate.high, '+')}, "
        f"{seeds} {'seed' if seeds == 1 else 'seeds'}), {_so(estimate)}."
    )


def _so(estimate: Estimate) -> str:
    """Return what follows: of several seeds by the wider interval, of all rows or over seeds alone.

    An interval over few seeds tells little of others.
    """
    if estimate.seeds == 1:
        return "which tells nothing of other seeds"
    if estimate.seeds < FEW_SEEDS:
        return f"so {_ahead(estimate.low, estimate.high)} in these runs"
    low, high = seeds_interval(estimate) or (estimate.low, estimate.high)
    return f"so {_ahead(min(low, estimate.low), max(high, estimate.high))}"


def _ahead(low: float, high: float) -> str:
    """Return which arm is ahead, by an interval of RL - SFT."""
    if low > 0:
        return "RL is ahead"
    return "SFT is ahead" if high < 0 else "neither is shown to be ahead"
