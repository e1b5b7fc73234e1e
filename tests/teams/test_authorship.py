"""Commits by author: counted from real commits, and attributed to a member only if the address is theirs."""

import pytest

from labs.pages.authorship import is_of
from labs.repositories import browsing
from labs.repositories.authorship import MAX_CO_AUTHORS, Author, read_authorship
from tests.factories import make_user
from tests.plain_git import ENVIRONMENT, run_git


@pytest.fixture
def git(tmp_path):
    def run(*arguments):
        return run_git(tmp_path, *arguments, environment={**ENVIRONMENT, "HOME": str(tmp_path)})

    run("init", "--quiet", "--initial-branch=main")
    return run


def commit(git, folder, path, who, message="Change"):
    (folder / path).write_text(f"{path} by {who}")
    git("add", "--", path)
    git("commit", "--quiet", f"--author={who}", "-m", message)
    return git("rev-parse", "HEAD").stdout.decode().strip()


def test_commits_are_counted_per_author_with_co_authors_and_without_the_starter(git, tmp_path):
    starter = commit(git, tmp_path, "start.txt", "Portal <portal@example.org>")
    commit(git, tmp_path, "a.txt", "One <one@example.org>")
    commit(git, tmp_path, "ä b.txt", "One <ONE@example.org>")
    shared = "Pair\n\nCo-authored-by: One <one@example.org>\nCo-authored-by: Third <third@example.org>"
    head = commit(git, tmp_path, "a.txt", "Two <two@example.org>", shared)

    git("clone", "--quiet", "--bare", ".", "bare.git")
    with browsing.open_state(tmp_path / "bare.git", head) as state:
        found = read_authorship(state, [starter])

    rows = [(each.email.lower(), each.commits, each.shared, each.files) for each in found.authors]
    assert rows == [
        ("one@example.org", 2, 1, {"a.txt", "ä b.txt"}),
        ("two@example.org", 1, 0, {"a.txt"}),
        ("third@example.org", 0, 1, {"a.txt"}),
    ]
    assert not found.is_cut


def test_hostile_names_paths_and_trailers_are_bounded(git, tmp_path):
    crowd = "".join(f"\nCo-authored-by: N{number} <n{number}@example.org>" for number in range(50))
    commit(git, tmp_path, "a.txt", "One <one@example.org>", f"Crowd\n{crowd}")
    commit(git, tmp_path, "b\x01c.txt", "One <one@example.org>")
    head = commit(git, tmp_path, "d.txt", "T\x01wo <two@example.org>")

    git("clone", "--quiet", "--bare", ".", "bare.git")
    with browsing.open_state(tmp_path / "bare.git", head) as state:
        found = read_authorship(state)

    own = next(each for each in found.authors if each.email == "one@example.org")
    assert own.commits == 2
    assert len(found.authors) <= 2 + MAX_CO_AUTHORS


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("email", "theirs"),
    [
        ("Learner@Example.org", True),
        ("1234+octo-cat@users.noreply.github.com", True),
        ("octo-cat@users.noreply.github.com", True),
        ("octo-cat2@users.noreply.github.com", False),
        ("octo-cat@users.noreply.github.com.example.org", False),
        ("", False),
    ],
)
def test_an_author_is_a_member_only_by_their_address(email, theirs):
    user = make_user("learner@example.org", github_name="Octo-Cat")
    assert is_of(Author("Somebody", email), user) is theirs
