"""Pictures that were made already, shared by all environments of a process; bounded in bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

import numpy as np
from numpy.typing import NDArray

from shiftgym.once import PortableLock

Picture = NDArray[np.uint8]


class Album:
    """Keeps what was looked at last.

    Args:
        room: bytes; where there is no more, the picture that nobody has looked at for longest goes.
    """

    def __init__(self, room: int) -> None:
        self.room = room
        self._bytes = 0
        self._kept: OrderedDict[Hashable, tuple[Picture, object]] = OrderedDict()
        self._lock = PortableLock()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def nbytes(self) -> int:
        """Bytes of the pictures that are kept."""
        return self._bytes

    def find(self, key: Hashable, owner: object, make: Callable[[], Picture]) -> Picture:
        """Return the picture of a key, made where it is not kept; read-only.

        Args:
            key: of the picture; it may name the owner by its id.
            owner: kept as long as the picture, so that no other object has its id.
            make: makes the picture.
        """
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found[0]
        # Made without the lock: others may look meanwhile, at worst the same is made twice.
        picture = make()
        picture.flags.writeable = False
        with self._lock:
            before = self._kept.pop(key, None)
            self._bytes += picture.nbytes - (before[0].nbytes if before else 0)
            self._kept[key] = picture, owner
            while self._bytes > self.room and len(self._kept) > 1:
                _, (oldest, _) = self._kept.popitem(last=False)
                self._bytes -= oldest.nbytes
        return picture
