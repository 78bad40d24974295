"""Ids made in one loop, task x interface x shift, and their registration with Gymnasium."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gymnasium as gym

VERSION = "v0"


@dataclass(frozen=True)
class Variants:
    """The ids of one task.

    Attributes:
        task: the first part of every id.
        interfaces: entry points of each interface; its name is part of the id.
        shifts: the keywords that each shift fixes; its name is part of the id.
    """

    task: str
    interfaces: Mapping[str, Mapping[str, str]]
    shifts: Mapping[str, Mapping[str, Any]]

    def keywords(self) -> dict[str, dict[str, Any]]:
        """Return every id with the keywords that it fixes."""
        return {
            self._name(interface, shift): dict(fixed)
            for interface in self.interfaces
            for shift, fixed in self.shifts.items()
        }

    def register(self) -> None:
        """Register every id with Gymnasium; those registered already are left alone."""
        for interface, entry_points in self.interfaces.items():
            for shift, fixed in self.shifts.items():
                name = self._name(interface, shift)
                if name not in gym.registry:
                    gym.register(name, kwargs=dict(fixed), **entry_points)  # type: ignore[arg-type]

    def _name(self, interface: str, shift: str) -> str:
        return f"{self.task}{interface}{shift}-{VERSION}"
