"""The sandbox of this machine, for labs whose checks run code."""

from tests.sandbox.conftest import environments, sandbox  # noqa: F401 - fixtures
