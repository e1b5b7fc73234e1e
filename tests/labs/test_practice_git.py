"""GitPython starts nothing that an environment or a configuration names, and opens no borrowed objects."""

import errno
import os
from pathlib import Path

import pytest
from git import GitCommandError

from labs.grader.git.processes import ENVIRONMENT, RepositoryError
from labs.repositories import practice_git


@pytest.fixture
def template(tmp_path) -> Path:
    """A template with a hook, of the kind that `git init` copies."""
    hook = tmp_path / "template/hooks/post-update"
    hook.parent.mkdir(parents=True)
    hook.write_text("#!/bin/sh\ntouch ran\n")
    hook.chmod(0o755)
    return tmp_path / "template"


def files_in(path: Path) -> dict[str, str]:
    return {str(file.relative_to(path)): file.read_text() for file in path.rglob("*") if file.is_file()}


def test_new_repository_ignores_the_configuration_of_the_machine(tmp_path, template, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    own = f"[init]\n\ttemplateDir = {template}\n\tdefaultBranch = trunk\n[core]\n\tsharedRepository = world\n"
    (home / ".gitconfig").write_text(own)
    variables = {
        "HOME": str(home),
        "GIT_TEMPLATE_DIR": str(template),
        "GIT_DEFAULT_HASH": "sha256",
        "GIT_DIR": str(tmp_path / "elsewhere"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "init.templateDir",
        "GIT_CONFIG_VALUE_0": str(template),
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "new.git"
    practice_git.create(path)
    assert files_in(path) == {
        "HEAD": "ref: refs/heads/main\n",
        "config": "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n",
    }
    assert not (tmp_path / "elsewhere").exists()
    with practice_git.open_repository(path) as repo:
        assert (repo.bare, repo.config_reader().sections()) == (True, ["core"])


def test_git_gets_our_environment_and_no_secret_of_the_portal(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "a secret")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "touch ran")
    practice_git.create(tmp_path / "new.git")
    with practice_git.open_repository(tmp_path / "new.git") as repo:
        seen = repo.git.execute(["git", "-c", "alias.seen=!env", "seen"])
    found = dict(line.split("=", 1) for line in seen.splitlines() if "=" in line)
    assert {name: found.get(name) for name in ENVIRONMENT if name != "PATH"} == {
        name: value
        for name, value in ENVIRONMENT.items()
        if name != "PATH"  # git puts its own folder in front
    }
    assert {"SECRET_KEY", "GIT_EXTERNAL_DIFF", "PYTEST_CURRENT_TEST"} & found.keys() == set()
    assert "a secret" not in seen


def test_full_disk_is_reported_and_any_other_refusal_is_our_fault(tmp_path, monkeypatch):
    with pytest.raises(RepositoryError):
        practice_git.create(tmp_path / "absent/new.git" / ("x" * 300))

    def refuse(*_, **__):
        raise GitCommandError("git init", 128, b"fatal: cannot mkdir objects: No space left on device")

    monkeypatch.setattr(practice_git.HardenedGit, "execute", refuse)
    with pytest.raises(OSError, match="No space") as raised:
        practice_git.create(tmp_path / "new.git")
    assert raised.value.errno == errno.ENOSPC


@pytest.mark.parametrize("name", ["objects/info/alternates", "commondir"])
def test_repository_that_borrows_objects_is_not_opened(tmp_path, name):
    path = tmp_path / "new.git"
    practice_git.create(path)
    (path / name).write_text(f"{tmp_path}/other.git/objects\n")
    with (
        pytest.raises(RepositoryError, match="so it reads objects from a different repository"),
        practice_git.open_repository(path),
    ):
        pass


def test_configuration_is_not_followed_to_other_files(tmp_path):
    """GitPython would read an included file to its end, and this one has none."""
    path = tmp_path / "new.git"
    practice_git.create(path)
    os.mkfifo(tmp_path / "endless")
    with (path / "config").open("a") as config:
        config.write(f"[include]\n\tpath = {tmp_path}/endless\n")
    with practice_git.open_repository(path) as repo:
        assert repo.bare
    (path / "config").write_text("[core]\n\tbare = false\n\tworktree = /\n")
    with pytest.raises(RepositoryError, match="not bare"), practice_git.open_repository(path):
        pass
