"""Rate limits, stored in the database."""

from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import DatabaseError, IntegrityError, connections, router, transaction


class LimitCache(DatabaseCache):
    """Raise DatabaseError if the database cannot be written.

    Django's cache would only return False, which allauth takes for a limit that was reached.
    """

    def _base_set(self, mode: str, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT) -> bool:
        connection = connections[router.db_for_write(self.cache_model_class)]
        errors: list[DatabaseError] = []

        def note(execute: Any, *arguments: Any) -> Any:
            try:
                return execute(*arguments)
            except DatabaseError as error:
                if not isinstance(error, IntegrityError):  # a concurrent insert, not an outage
                    errors.append(error)
                raise

        # An outer transaction, so that errors when it begins or commits are raised too.
        with transaction.atomic(using=connection.alias), connection.execute_wrapper(note):
            is_set: bool = super()._base_set(mode, key, value, timeout)  # type: ignore[misc]  # a mixin
            if errors:
                raise errors[0]
        return is_set
