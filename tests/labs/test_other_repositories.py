"""Repositories that the practice remote cannot accept: the terminal's messages, and commands that lead to a push."""

import subprocess

import pytest

from labs.models import Submission
from tests.labs.git_client import Clone
from tests.plain_git import ENVIRONMENT

pytestmark = pytest.mark.processes


def beside(clone: Clone, folder) -> Clone:
    """An existing repository with the same remote."""
    other = Clone.__new__(Clone)
    other.folder = folder
    other.git("remote", "add", "portal", clone.output("remote", "get-url", "portal").decode().strip())
    return other


def commands_in(said: str) -> list[str]:
    return [line.strip() for line in said.splitlines() if line.startswith("    git ")]


def run(commands: list[str], clone: Clone) -> None:
    environment = {**ENVIRONMENT, "HOME": str(clone.folder.parent)}
    done = subprocess.run(
        ["bash", "-e", "-c", "\n".join(commands)], cwd=clone.folder, env=environment, capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()


def test_a_shallow_clone_is_told_how_to_get_its_history(learner, clone, tmp_path):
    for number in range(3):
        clone.commit(f"Commit {number}", content=b"%d\n" % number)
    clone.git("clone", "-q", "--depth=1", f"file://{clone.folder}", str(tmp_path / "cut"))
    cut = beside(clone, tmp_path / "cut")
    code, said = cut.push()
    assert code == 1 and "! [remote rejected] main -> main (shallow update not allowed)" in said
    assert "Your clone is shallow: the beginning of its history is missing" in said.replace("\n", " ")
    assert not Submission.objects.filter(enrollment=learner).exists()
    run(commands_in(said), cut)
    code, said = cut.push()
    assert code == 0 and "Submission 1 received." in said


def test_a_shallow_clone_of_what_is_here_may_be_pushed(learner, clone, tmp_path):
    clone.commit("One", content=b"1\n")
    clone.commit("Two", content=b"2\n")
    assert clone.push()[0] == 0
    clone.git("clone", "-q", "--depth=1", f"file://{clone.folder}", str(tmp_path / "cut"))
    cut = beside(clone, tmp_path / "cut")
    cut.commit("Three", content=b"3\n")
    code, said = cut.push()
    assert code == 0 and "shallow" not in said


def test_a_repository_with_sha_256_is_told_how_to_go_on(learner, clone, tmp_path):
    (tmp_path / "new").mkdir()
    subprocess.run(
        ["git", "init", "-q", "-b", "main", "--object-format=sha256", tmp_path / "new"], check=True
    )
    new = beside(clone, tmp_path / "new")
    new.commit("One")
    new.commit("Two", content=b"2\n")
    code, said = new.push()
    assert code == 1 and "! [remote rejected] main -> main (SHA-256 object IDs)" in said
    assert "Your repository uses SHA-256 object IDs. This remote, like GitHub," in said
    assert not Submission.objects.filter(enrollment=learner).exists()
    commands = commands_in(said)
    assert [line for line in commands if " push " in line] == [commands[-1]]
    run(commands[:-2], new)
    copied = beside(clone, tmp_path / "with-sha1")
    assert copied.output("log", "--format=%s").decode().split() == ["Two", "One"]
    assert copied.push()[0] == 0
