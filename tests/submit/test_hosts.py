"""Settings of hosts and mirrors: which are trusted, and which mirrors are kept for how long."""

import os
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from labs.grader.fetching.address import Address
from labs.grader.fetching.mirrors import hold, mirror_path
from labs.grader.fetching.network import INTERNET
from labs.grader.fetching.refusals import FetchRefusedError
from labs.grader.git.processes import RepositoryDamagedError
from labs.repositories import hosts
from portal.checks import repositories_have_a_host
from tests.servers import ROOT


def settings_with(**environment: str) -> subprocess.CompletedProcess[str]:
    code = "import portal.settings as s; print(s.TEST_GIT_SERVER, s.REPOSITORY_HOSTS)"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "SECRET_KEY": "x" * 50, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_refuses_to_start_with_the_server_of_the_tests(tmp_path):
    var = str(tmp_path)
    refused = settings_with(VAR=var, DEBUG="0", TEST_GIT_SERVER="127.0.0.1,/tmp/ca.pem")
    assert "TEST_GIT_SERVER is for tests. Unset it, or set DEBUG=1." in refused.stderr
    plain = settings_with(VAR=var, DEBUG="0", REPOSITORY_HOSTS="GitHub.com, git.example.org")
    assert plain.stdout == "[] ['github.com', 'git.example.org']\n"


def test_hosts_are_resolved_and_trusted_as_on_the_internet():
    assert hosts.network_of("github.com") is INTERNET


@pytest.mark.parametrize("names", [[], [""]])
def test_portal_without_a_host_fails_its_check(settings, names):
    assert repositories_have_a_host() == []
    settings.REPOSITORY_HOSTS = names
    assert [error.id for error in repositories_have_a_host()] == ["portal.E004"]


@pytest.fixture
def kept(host, settings):
    """Make a mirror of this many bytes, last used at this time."""

    def make(name: str, size: int, used: int):
        path = mirror_path(settings.MIRROR_ROOT, Address(host.host, "good", name))
        with hold(path) as mirror, mirror.filling(None):
            (mirror.objects / "data").write_bytes(b"x" * size)
            mirror.complete({}, "main")
        os.utime(path, (used, used))
        return path

    return make


def test_least_recently_used_mirrors_are_removed(work, kept, settings, monkeypatch):
    monkeypatch.setattr(hosts, "_added", hosts._Added())
    settings.MIRROR_MAX_BYTES = 50_000
    older, newer = kept("older", 40_000, used=1), kept("newer", 40_000, used=2)
    with hosts.hold_mirror(work.address, {"refs/heads/main": work.head()}) as (path, notes):
        assert older.exists()
    assert (older.exists(), newer.exists(), path.exists(), notes) == (False, True, True, [])


def test_mirrors_are_looked_through_only_once_they_may_have_grown_by_a_twentieth(work, settings, monkeypatch):
    looks = []
    monkeypatch.setattr(hosts, "_added", hosts._Added())
    monkeypatch.setattr(hosts, "prune_mirrors", lambda root, limit: looks.append(limit))
    for settings.MIRROR_MAX_BYTES in (1_000_000, 1_000_000, 1_000):
        with hosts.hold_mirror(work.address, {"refs/heads/main": work.head()}):
            pass
    assert looks == [1_000_000, 1_000]


def test_mirror_is_locked_while_it_is_read(work, settings, monkeypatch):
    monkeypatch.setattr(hosts, "HOLD_SECONDS", 0)
    refs = {"refs/heads/main": work.head()}
    with (
        hosts.hold_mirror(work.address, refs),
        pytest.raises(hosts.FetchError, match="timed out waiting for the mirror"),
        hosts.hold_mirror(work.address, refs),
    ):
        pass


def test_mirror_that_git_refuses_is_fetched_again_before_the_learner_is_told(work, settings):
    """A stored mirror may be damaged on our disk; a new one was damaged when it arrived."""
    refs = {"refs/heads/main": work.head()}
    lost = RepositoryDamagedError(f"object {work.head()} is missing or damaged")
    with hosts.hold_mirror(work.address, refs) as (path, _):
        assert path.is_dir()
    with pytest.raises(RepositoryDamagedError), hosts.hold_mirror(work.address, refs):
        raise lost
    assert not path.exists()
    with (
        pytest.raises(FetchRefusedError, match="An object is missing or damaged"),
        hosts.hold_mirror(work.address, refs),
    ):
        raise lost
    assert not path.exists()


def test_look_up_ends_within_its_limit_if_a_host_is_silent(host, monkeypatch):
    """At 1 s instead of its own limit, which is below 5."""
    assert hosts.WHILE_SOMEBODY_WAITS.seconds < 5
    monkeypatch.setattr(hosts, "WHILE_SOMEBODY_WAITS", replace(hosts.WHILE_SOMEBODY_WAITS, seconds=1))
    started = time.monotonic()
    with pytest.raises(hosts.LookUpFailedError, match="did not send"):
        hosts.snapshot(Address(host.host, "silent", "lab"))
    assert time.monotonic() - started < 30
