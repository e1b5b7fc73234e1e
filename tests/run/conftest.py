import shutil
import subprocess
import sys

import pytest
from portal_process import Portal, environment

from portal.services import Service
from tests.servers import ROOT


@pytest.fixture(scope="session")
def prepared_var(tmp_path_factory, migrated_sqlite):
    """A `var/` as the first start leaves it, so that each test's portal starts as fast as a second one."""
    var = tmp_path_factory.mktemp("prepared") / "var"
    var.mkdir()
    shutil.copy(migrated_sqlite, var / "db.sqlite3")
    subprocess.run(
        [sys.executable, "-m", "portal.services"], cwd=ROOT, env=environment(var, 8000), check=True
    )
    return var


@pytest.fixture(scope="session")
def shared_portal(prepared_var, tmp_path_factory):
    portal = Portal(shutil.copytree(prepared_var, tmp_path_factory.mktemp("shared") / "var"))
    try:
        portal.wait_until_ready()
        yield portal
    finally:
        portal.remove()


@pytest.fixture
def portal(prepared_var, tmp_path):
    portal = Portal(shutil.copytree(prepared_var, tmp_path / "var"))
    try:
        yield portal
    finally:
        portal.remove()


@pytest.fixture
def service():
    """A service whose process runs these lines of Python."""

    def make(code, is_ready=lambda lines: True, **more):
        return Service("sample", [sys.executable, "-u", "-c", code], is_ready, grace=1, **more)

    return make
