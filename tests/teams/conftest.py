"""Both databases with real transactions, and a real portal, as the tests of labs have them."""

from tests.labs.conftest import (  # noqa: F401 - fixtures
    database,
    migrated_postgres,
    postgres_database,
    running,
    sqlite_database,
    stack,
)
