"""What the two tasks share and neither owns: seeds, checks of keywords, replies, the vector shell.

The environments are in `gp_env` and `virl_env`, which never import each other.
"""

from typing import TYPE_CHECKING, Any

from shiftgym.installed import check_installed

check_installed()

if TYPE_CHECKING:
    from shiftgym.replaying import Replay, replay

__all__ = ["Replay", "replay"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        # Environments import this package, and none needs what plays an episode again.
        if name in __all__:
            from shiftgym import replaying

            return getattr(replaying, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
