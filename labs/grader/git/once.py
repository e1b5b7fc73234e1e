"""Cache of values read once per run, and of reads that failed."""

from collections.abc import Callable
from typing import Any, TypeVar

from .processes import RepositoryError, TimeLimitError, TooLargeError

Read = TypeVar("Read")


class Once:
    """Values by name. The learner sees the name if the time limit ended the read."""

    def __init__(self) -> None:
        self._read: dict[str, Any] = {}
        self._failed: dict[str, Exception] = {}

    def has(self, name: str) -> bool:
        return name in self._read

    def has_failed(self, name: str) -> bool:
        return name in self._failed

    def get(self, name: str, read: Callable[[], Read]) -> Read:
        # `read()` is called at most once per name
        if name not in self._read:
            self._read[name] = self.unless_failed(name, read)
        found: Read = self._read[name]
        return found

    def unless_failed(self, name: str, read: Callable[[], Read]) -> Read:
        """Return `read()`. Raise its error again on later calls, so that no check repeats a walk into a limit."""
        if name in self._failed:
            raise self._failed[name]
        try:
            return read()
        except (TooLargeError, RepositoryError) as error:
            self._failed[name] = error
            raise
        except TimeLimitError:
            self._failed[name] = TooLargeError(
                f"the {name} could not be read within the time limit of a check"
            )
            raise
