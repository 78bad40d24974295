"""What is seen of each task: pictures of demonstrations, and what there is to read in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from agents.demonstrations import Transitions
from agents.gp import images as card_images
from agents.virl import images as street_images


class TaskImages(Protocol):
    """A module that knows a task's pictures.

    Attributes:
        VIEWS: in a picture, behind one another in its channels.
        READS: of each fact that a picture shows, how many values it has; 0 stands for nothing.
        UNORDERED_READS: (start, stop) of runs of facts whose order means nothing.
    """

    VIEWS: int
    READS: Sequence[int]
    UNORDERED_READS: Sequence[Sequence[int]]

    def with_pictures(self, demonstrations: Any, look: Any) -> Transitions:
        """Play demonstrations as they are seen in a look."""
        ...

    def facts(self, symbols: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return what there is to read where symbolic rows are seen: of shape (n, facts)."""
        ...


IMAGES: Mapping[str, TaskImages] = {
    "GeneralPoints": card_images,
    "VIRLNavigation": street_images,
}
"""By the first part of a task's ids."""
