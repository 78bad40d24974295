"""Text ids for those who train language models: rows of a data set, a reward, a tool.

    from shiftgym.llm import reward, rows

    data = rows("gp_env:GeneralPoints-Text-v0", 1000, split="train")
    reward([data[0]["completion"]], data[0]["task"])

Any id whose actions are texts works, of anybody's task: it is reached by `gymnasium.make`, by its
task string and by what `shiftgym.contracts` asks of it, and by nothing else. An episode that opens
a new dialogue at each point, such as a walk along streets, gives a row for each point; the reward
lets the expert play up to that point by itself.
"""

from shiftgym.llm.dialogues import Dialogue
from shiftgym.llm.rewards import Completion, reward
from shiftgym.llm.rows import TOOL_PROMPT, Row, episodes, expert_rows, rows, text_environment
from shiftgym.llm.tools import Tools

__all__ = [
    "TOOL_PROMPT",
    "Completion",
    "Dialogue",
    "Row",
    "Tools",
    "episodes",
    "expert_rows",
    "reward",
    "rows",
    "text_environment",
]
