"""Names of commits: as Git itself resolves them, and our one addition."""

import pytest

from labs.grader.formats.yaml_values import Value
from labs.grader.git.repository import Repository
from labs.grader.git.revision import Unresolved, resolve
from labs.grader.parameters import MismatchError, Revision, convert


def build_merged(repo):
    repo.commit("Start")
    repo.branch("side")
    repo.commit("Fix the sum\n\nIn two places.")
    repo.commit("Fix the sum again")
    repo.switch("main")
    repo.commit("Main")
    repo.merge("--no-ff", "side")
    repo.git("tag", "-a", "-m", "Release", "v1.0")


@pytest.fixture
def merged(copy_of):
    return copy_of(build_merged)


def resolved(repo, name):
    with Repository.open(repo.path) as repository:
        return resolve(repository, name)


@pytest.mark.parametrize(
    "name",
    [
        "main",
        "main~",
        "main~2",
        "main^2",
        "main^2^",
        "main^2~1^0",
        "v1.0~1",
        "main^{/places}",
    ],
)
def test_a_name_resolves_to_the_commit_that_git_finds(merged, name):
    assert resolved(merged, name).commit.id == merged.head(name)


def test_an_object_id_and_the_root_are_names_too(merged):
    root = merged.head("main~2")
    assert resolved(merged, root).commit.id == resolved(merged, "side^{root}").commit.id == root


@pytest.mark.parametrize(
    ("name", "base", "words"),
    [
        ("trunk~1", "trunk", "no branch or tag `trunk`"),
        ("main~9", None, "`main~9` does not resolve to a commit"),
        ("main^3^", None, "`main^3` does not resolve to a commit"),
        ("main^{/nothing like it}~1", None, "does not resolve to a commit"),
    ],
)
def test_a_name_without_a_commit_says_how_far_it_resolves(merged, name, base, words):
    found = resolved(merged, name)
    assert isinstance(found, Unresolved) and found.base == base and words in found.why


@pytest.mark.parametrize(
    "name", ["-x", "main..side", "main^{/(}", "main^{commit}", "main@{1}", "main~x", "~1", ""]
)
def test_a_name_that_cannot_be_read_is_not_a_revision(name):
    with pytest.raises(MismatchError):
        convert(Revision, Value(1, name))


def test_a_pattern_is_searched_by_lines_which_tells_two_subjects_apart(merged):
    assert resolved(merged, "side^{/^Fix the sum$}").commit.id == merged.head("side~1")
