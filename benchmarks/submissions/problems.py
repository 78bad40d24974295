"""What is wrong with a claim: collected, up to as many as anybody reads."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.runs import RunError

MOST = 10


class Refused(RunError):
    """A claim that does not hold; `problems` name the episodes and the reasons."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        more = " (and perhaps more)" if len(problems) >= MOST else ""
        reasons = "1 reason" if len(problems) == 1 else f"{len(problems)} reasons"
        super().__init__("\n".join([f"Refused, for {reasons}{more}:", *problems]))


class Problems:
    """Those found so far."""

    def __init__(self) -> None:
        self._found: list[str] = []

    def add(self, problem: str) -> None:
        """Note one.

        Raises:
            Refused: there are `MOST`.
        """
        self._found.append(problem)
        if len(self._found) >= MOST:
            raise Refused(self._found)

    def settle(self) -> None:
        """Go on where there are none.

        Raises:
            Refused: there are some.
        """
        if self._found:
            raise Refused(self._found)
