"""A memory for what is expensive to make again, which forgets what was not asked for longest."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from shiftgym.once import PortableLock

Held = TypeVar("Held")


class Memory(Generic[Held]):
    """Keeps values by their keys as long as they take no more than so many bytes together.

    Args:
        limit: bytes; a value that is larger alone is not kept.
        size: returns the bytes of a value.
    """

    def __init__(self, limit: int, size: Callable[[Held], int]) -> None:
        self._limit = limit
        self._size = size
        self._held: OrderedDict[Hashable, Held] = OrderedDict()
        self._taken = 0
        self._lock = PortableLock()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: Hashable, make: Callable[[], Held]) -> Held:
        """Return the value of a key, made where it is not held."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        # Made outside of the lock, since it may take seconds; two threads may make the same.
        value = make()
        with self._lock:
            if key not in self._held and self._size(value) <= self._limit:
                self._held[key] = value
                self._taken += self._size(value)
                while self._taken > self._limit:
                    self._taken -= self._size(self._held.popitem(last=False)[1])
        return value
