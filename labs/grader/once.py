"""What is read once for a whole run, and what could not be read."""

from collections.abc import Callable
from typing import Any, TypeVar

from .plumbing import RepositoryFault, TimeIsUp, TooLarge

Read = TypeVar("Read")


class Once:
    """By name, which is told to the learner where the time did not suffice."""

    def __init__(self) -> None:
        self._read: dict[str, Any] = {}
        self._failed: dict[str, Exception] = {}

    def has(self, name: str) -> bool:
        return name in self._read

    def has_failed(self, name: str) -> bool:
        return name in self._failed

    def get(self, name: str, read: Callable[[], Read]) -> Read:
        """What `read` returns, for all who ask."""
        if name not in self._read:
            self._read[name] = self.unless_failed(name, read)
        found: Read = self._read[name]
        return found

    def unless_failed(self, name: str, read: Callable[[], Read]) -> Read:
        """What `read` returns. What it raises is raised again: no check walks to a limit that another has met."""
        if name in self._failed:
            raise self._failed[name]
        try:
            return read()
        except (TooLarge, RepositoryFault) as error:
            self._failed[name] = error
            raise
        except TimeIsUp:
            self._failed[name] = TooLarge(f"the {name} could not be read within a check's time limit")
            raise
