"""Git versions that are known to have the security fixes."""

import subprocess

import pytest

from labs.grader.git import version
from labs.grader.git.version import GitVersion, git_version_is_safe, installed_git


@pytest.mark.parametrize(
    ("upstream", "package", "safe"),
    [
        ("2.39.5", "1:2.39.5-0+deb12u3", True),
        ("2.39.5", "1:2.39.5-0+deb12u10", True),
        ("2.39.5", "1:2.39.5-0+deb12u2", False),
        ("2.39.5", "1:2.39.5-0+deb12u1", False),
        ("2.39.5", None, False),
        ("2.39.2", "1:2.39.2-1.1", False),
        ("2.47.3", "1:2.47.3-0+deb13u1", True),
        ("2.47.2", "1:2.47.2-0.1", False),
        ("2.50.1", None, True),
        ("2.50.1 (Apple Git-155)", None, True),
        ("2.50.0", None, False),
        ("2.51.0", None, True),
        ("3.0.0", None, True),
        ("2.43.7", None, True),
        ("2.43.0", "1:2.43.0-1ubuntu7.3", False),
        ("", None, False),
    ],
)
def test_a23_a_git_that_is_not_known_to_be_patched_is_not_safe(upstream, package, safe):
    assert git_version_is_safe(GitVersion(upstream, package)) is safe


def test_the_installed_version_is_read_from_git_and_from_its_package(monkeypatch):
    said = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout
    assert installed_git().upstream in said
    monkeypatch.setattr(version.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(
        version, "_output", lambda *argv: {"dpkg-query": "1:2.39.5-0+deb12u2"}.get(argv[0], said)
    )
    assert installed_git().package == "1:2.39.5-0+deb12u2"
    assert not git_version_is_safe()


def test_the_package_does_not_speak_for_a_git_that_is_not_its_own(monkeypatch):
    monkeypatch.setattr(version.shutil, "which", lambda name: f"/opt/bin/{name}")
    monkeypatch.setattr(version, "_output", lambda *argv: "git version 2.39.5\n")
    assert installed_git() == GitVersion("2.39.5")
