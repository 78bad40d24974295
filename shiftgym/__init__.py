"""What the two tasks share and neither owns: seeds, checks of keywords, replies, the vector shell.

The environments are in `gp_env` and `virl_env`, which never import each other.
"""

from typing import TYPE_CHECKING

from shiftgym.installed import check_installed
from shiftgym.late_imports import late_imports

check_installed()

if TYPE_CHECKING:
    from shiftgym.replaying import Replay, replay

__all__ = ["Replay", "replay"]

if not TYPE_CHECKING:
    # Environments import this package, and none needs what plays an episode again.
    __getattr__ = late_imports(__name__, dict.fromkeys(__all__, "replaying"))
