"""What the replies of a run have cost so far, and whether another one may be asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.prices import Price
from benchmarks.replies import ReplyLine
from benchmarks.reply_summary import ReplySummary


@dataclass
class Spending:
    """Counts replies, those of earlier sessions too.

    Args:
        replies: that there are already.
        price: of the model, None where it is not known.
        most: US dollars that all replies together may cost; None for any number.

    Raises:
        ValueError: a sum is named and no price.
    """

    replies: ReplySummary = field(default_factory=ReplySummary)
    price: Price | None = None
    most: float | None = None
    under_way: int = 0

    def __post_init__(self) -> None:
        if self.most is not None and self.price is None:
            raise ValueError(
                "--max-cost needs the price of the model, which is not in the table. Name it in a "
                "file of your own: --prices FILE with 'MODEL: {input: 2.5, output: 10}', US "
                "dollars for a million tokens."
            )

    @property
    def cost(self) -> float | None:
        """In US dollars; None where the price is not known."""
        return None if self.price is None else self.price.cost(self.replies)

    def why_no_more(self) -> str:
        """Return why no other reply may be asked for, "" where one may.

        Those under way count as much as the others took on average.
        """
        if self.most is None or self.cost is None:
            return ""
        if self.replies.uncounted:
            return "not asked: the endpoint counts no tokens, so --max-cost cannot be kept"
        mean = self.cost / max(1, self.replies.replies.total())
        if self.cost + mean * (1 + self.under_way) <= self.most:
            return ""
        return f"not asked: --max-cost {self.most:g} is reached"

    def add(self, line: ReplyLine) -> None:
        """Count a reply."""
        self.replies.add(line)
