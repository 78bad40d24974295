"""What a process makes once and keeps, however many threads ask for it first.

`functools` alone does not do that: two threads that ask together both make the value, so that each
has its own copy of a city or of a table. And its `cached_property` (before Python 3.12) holds a
lock which a process that is forked meanwhile never gets.

A value is made under the lock of its function. So a function that is made once may call others,
and itself for other arguments, but no two may call each other.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache, wraps
from threading import RLock
from types import TracebackType
from typing import Any, Generic, TypeVar, cast, overload
from weakref import WeakKeyDictionary, WeakSet

Key = TypeVar("Key")
Value = TypeVar("Value")
Function = TypeVar("Function", bound=Callable[..., Any])


class PortableLock:
    """A re-entrant lock for objects that are copied, pickled, or there when a process is forked.

    Copies and unpickled objects have a lock of their own. So has a forked process: the thread that
    may hold the parent's lock does not run there, and would never release it.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        _locks.add(self)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()

    def __reduce__(self) -> tuple[type[PortableLock], tuple[()]]:
        return PortableLock, ()


_locks: WeakSet[PortableLock] = WeakSet()


def _renew() -> None:
    for lock in list(_locks):
        lock._lock = RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)


def once(maxsize: int | None = None) -> Callable[[Function], Function]:
    """Return a decorator: `functools.lru_cache` that calls the function once for its arguments.

    Args:
        maxsize: results that are kept, those asked for last; None keeps all.
    """

    def decorate(make: Function) -> Function:
        made, lock = lru_cache(maxsize)(make), PortableLock()

        # The outer cache answers without the lock. The inner one has the value of a thread that
        # was faster.
        @lru_cache(maxsize)
        @wraps(make)
        def get(*arguments: Any) -> Any:
            with lock:
                return made(*arguments)

        return cast("Function", get)

    return decorate


def once_for_each(make: Callable[[Key], Value]) -> Callable[[Key], Value]:
    """Make a function's result once for an object, and keep it for as long as the object is."""
    held: WeakKeyDictionary[Key, Value] = WeakKeyDictionary()
    lock = PortableLock()

    @wraps(make)
    def get(key: Key) -> Value:
        if key not in held:
            with lock:
                if key not in held:
                    held[key] = make(key)
        return held[key]

    return get


class once_property(Generic[Value]):
    """A property that is worked out once for an object, and kept in it."""

    def __init__(self, make: Callable[[Any], Value]) -> None:
        self._make, self._lock = make, PortableLock()
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> once_property[Value]: ...

    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...

    def __get__(self, instance: object | None, owner: type) -> once_property[Value] | Value:
        if instance is None:
            return self
        held = instance.__dict__
        with self._lock:
            if self._name not in held:
                held[self._name] = self._make(instance)
        value: Value = held[self._name]
        return value
