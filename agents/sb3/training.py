"""What imitation and reinforcement share: progress, the run's account, and when to checkpoint."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from stable_baselines3.common.logger import Logger, configure

from agents.sb3.checkpoint import (
    generator_states,
    load_state,
    naming,
    save_state,
    set_generator_states,
)
from shiftgym.files import FileError, brief

PathLike = str | os.PathLike[str]


@dataclass
class Account:
    """What a run has used so far; saved with it, so a resumed run goes on counting.

    Attributes:
        demonstrations: demonstrations learned from, repeats counted again.
        episodes: episodes finished by the learner's own play.
        tokens_sampled: tokens the learner chose in its own play (D_buffer, forward passes only).
        tokens_trained: tokens that took part in an update, each epoch counted (D_SFT or D_RL).
        pictures_sampled, pictures_trained: pictures that were worked out for these tokens; one
            that several tokens of a batch share counts once.
        seconds: time spent, callbacks and checkpoints included.
    """

    demonstrations: int = 0
    episodes: int = 0
    tokens_sampled: int = 0
    tokens_trained: int = 0
    pictures_sampled: int = 0
    pictures_trained: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Progress:
    """Where a run stands, for callbacks.

    Attributes:
        done, total: demonstrations of imitation, environment steps of reinforcement.
        account: what was used so far.
        metrics: the learner's latest figures, such as "loss".
    """

    done: int
    total: int
    account: Account
    metrics: Mapping[str, float] = field(default_factory=dict)


Callback = Callable[[Progress], "bool | None"]
"""Called at regular points of a run; True ends the run there. It may evaluate the policy."""


def told_account(saved: Mapping[str, Any]) -> Account | None:
    """Return the account that the last callback before a state was given.

    None for states of earlier versions, which do not tell it.
    """
    return Account(**saved["told"]) if "told" in saved else None


class RunKeeper:
    """Calls back, logs and saves at the points where a run may be cut off and resumed.

    Args:
        settings: everything that decides the course of the run; a checkpoint made with others is
            refused.
        checkpoint: file to save to and to resume from, or None.
        save_seconds: time between two checkpoints.
        callback: called at every `callback_every`-th of `done`.
        tensorboard: folder for TensorBoard's events, or None.
    """

    def __init__(
        self,
        settings: dict[str, Any],
        *,
        checkpoint: PathLike | None,
        save_seconds: float,
        callback: Callback | None,
        callback_every: int,
        tensorboard: PathLike | None,
    ) -> None:
        self.account = Account()
        self.stopped = False
        self._settings = settings
        self._path = None if checkpoint is None else Path(checkpoint)
        self._save_seconds = save_seconds
        self._callback = callback
        self._callback_every = callback_every
        self._called_at = 0
        self._told = Account()
        self.logger = Logger(folder=None, output_formats=[])
        if tensorboard is not None:
            self.logger = configure(str(tensorboard), ["tensorboard"])
        self._started = self._saved = time.perf_counter()

    def resume(self) -> dict[str, Any] | None:
        """Return the saved state of the run and restore the generators; None where none is saved.

        Raises:
            FileError: where the checkpoint is damaged, or of a run with other settings.
        """
        if self._path is None or not self._path.exists():
            return None
        saved = load_state(self._path)
        with naming(self._path):
            changed = {
                name: (saved["settings"].get(name), value)
                for name, value in self._settings.items()
                if saved["settings"].get(name) != value
            }
            if changed:
                told = ", ".join(
                    f"{name} was {brief(was)}, is {brief(now)}"
                    for name, (was, now) in changed.items()
                )
                raise FileError(
                    f"{self._path} belongs to a run with other settings: {told}. Name another "
                    f"checkpoint file, or delete this one to start over."
                )
            self.account = Account(**saved["account"])
            self.stopped, self._called_at = saved["stopped"], saved["called_at"]
            self._told = told_account(saved) or self._told
            self._started -= self.account.seconds
            set_generator_states(saved["generators"])
            state: dict[str, Any] = saved["state"]
            return state

    def boundary(
        self,
        done: int,
        total: int,
        metrics: Mapping[str, float],
        state: Callable[[], dict[str, Any]],
    ) -> None:
        """Mark a point from which the run can be resumed, once per update or so.

        Args:
            done, total, metrics: as in `Progress`.
            state: gives what the run needs to go on; called where a checkpoint is due.
        """
        self.account.seconds = time.perf_counter() - self._started
        last = done >= total
        if last or done - self._called_at >= self._callback_every:
            self._called_at, self._told = done, replace(self.account)
            for name, value in metrics.items():
                self.logger.record(f"train/{name}", value)
            self.logger.dump(step=done)
            if self._callback is not None:
                self.stopped = bool(self._callback(Progress(done, total, self.account, metrics)))
        due = time.perf_counter() - self._saved >= self._save_seconds
        if self._path is not None and (due or last or self.stopped):
            self.account.seconds = time.perf_counter() - self._started
            save_state(
                self._path,
                {
                    "settings": self._settings,
                    "account": vars(self.account),
                    "stopped": self.stopped,
                    "called_at": self._called_at,
                    "told": vars(self._told),
                    "generators": generator_states(),
                    "state": state(),
                },
            )
            self._saved = time.perf_counter()
