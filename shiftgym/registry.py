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

    @classmethod
    def of_package(
        cls, package: str, task: str, shifts: Mapping[str, Mapping[str, Any]]
    ) -> Variants:
        """Return the ids of a package with the usual modules and classes.

        Symbolic and image ids have a vector environment of their own, text ids have none.

        Args:
            package: its name; `env` in it holds `<task>Env`, `image_vector_env` holds
                `<task>ImageVectorEnv`, and so on.
            task, shifts: as for `Variants`.
        """
        interfaces = {}
        for name, prefix in (("", ""), ("Image", "image_"), ("Text", "text_")):
            point = f"{package}.{prefix}{{}}env:{task}{name}{{}}Env"
            points = {"entry_point": point.format("", "")}
            if name != "Text":
                points["vector_entry_point"] = point.format("vector_", "Vector")
            interfaces[f"-{name}" if name else ""] = points
        return cls(task, interfaces, shifts)

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
