"""A killed run leaves the folders of its PostgreSQL server, until the next run removes them."""

import subprocess
import sys

import pytest

from tests import postgres_folders
from tests.servers import ROOT, wait_for

KILLED_RUN = """
import os, subprocess, sys
from pathlib import Path
from tests import postgres_folders
postgres_folders.DISK, postgres_folders.MEMORY = map(Path, sys.argv[1:])
with postgres_folders.postgres_folders() as (folder, home, lock):
    subprocess.Popen(["cat"], pass_fds=[lock], stdout=subprocess.DEVNULL)  # a server, until its input ends
    print(folder, home, flush=True)
    os._exit(1)
"""


@pytest.fixture
def places(tmp_path, monkeypatch):
    disk, memory = tmp_path / "disk", tmp_path / "memory"
    for place in (disk, memory):
        place.mkdir()
    monkeypatch.setattr(postgres_folders, "DISK", disk)
    monkeypatch.setattr(postgres_folders, "MEMORY", memory)
    return disk, memory


def test_folders_of_a_killed_run_stay_until_its_server_has_ended(places):
    run = [sys.executable, "-c", KILLED_RUN, *map(str, places)]
    with subprocess.Popen(run, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as killed:
        folders = killed.stdout.readline().split()
        assert killed.wait() == 1
        before = [path for place in places for path in place.iterdir()]
        assert before and {str(path) for path in before} <= set(folders)
        postgres_folders.remove_dead()
        assert all(path.is_dir() for path in before)
    wait_for(lambda: postgres_folders.remove_dead() or not any(path.exists() for path in before))


def test_folder_without_a_lock_of_a_run_stays(places):
    (places[0] / "portal-pg-somebody").mkdir()
    with postgres_folders.postgres_folders() as (folder, home, _):
        postgres_folders.remove_dead()
        assert (folder / "lock").exists() and home.is_dir()
    assert [path.name for place in places for path in place.iterdir()] == ["portal-pg-somebody"]
