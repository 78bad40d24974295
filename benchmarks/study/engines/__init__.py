"""Where the jobs of a study run: processes of this machine, or a Ray cluster."""

from __future__ import annotations

from benchmarks.study.engines.engine import Engine, run_jobs

__all__ = ["AT_ONCE", "ENGINES", "Engine", "make_engine", "run_jobs"]

ENGINES = ("local", "ray")
"""The engines by name."""

AT_ONCE = 2
"""Jobs at a time on this machine."""


def make_engine(name: str, workers: int | None) -> Engine:
    """Return an engine; what it needs is imported and connected here.

    Args:
        name: of ENGINES.
        workers: jobs at a time at the most; None for `AT_ONCE` on this machine, and for as many
            as a cluster has cores.

    Raises:
        ValueError: there is no such engine.
        ImportError: Ray is asked for and not installed; the message names the extra.
        RunError: there is no cluster where RAY_ADDRESS says, or it has no core.
    """
    if name == "local":
        from benchmarks.study.engines.local import LocalEngine

        return LocalEngine(AT_ONCE if workers is None else workers)
    if name == "ray":
        from benchmarks.study.engines.cluster import RayEngine

        return RayEngine(workers)
    raise ValueError(f"--engine {name} is unknown: expected {' or '.join(ENGINES)}.")
