"""Patterns of paths, with git as the oracle: what they mean is what a `.gitignore` of that one line ignores."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.grader.formats.globs import is_glob, path_matcher
from tests.plain_git import git

PATHS = ["a", "a.b", "ab", "x/a", "x/a.b", "x/y/a", "x/y/a.b", "y/x/ab", "x/y/y/b", "aab"]


@pytest.fixture(scope="module")
def ignored(tmp_path_factory):
    """The paths that git ignores by one pattern."""
    folder = tmp_path_factory.mktemp("globs")
    git(folder, "init", "-q")

    def ignored(pattern):
        (folder / ".gitignore").write_text(f"{pattern}\n")
        return git(folder, "check-ignore", "--no-index", *PATHS, check=False).split()

    return ignored


_PIECES = st.sampled_from(["*", "?", "a", "b", "x", "y", ".b", "*.b"])
_PARTS = st.lists(_PIECES, min_size=1, max_size=3).map("".join).filter(lambda part: "**" not in part)
_PATTERNS = st.lists(_PARTS | st.just("**"), min_size=1, max_size=3).map("/".join)


@given(_PATTERNS)
def test_a_pattern_means_what_it_means_to_git(ignored, pattern):
    meant = path_matcher(pattern)
    if not is_glob(pattern):
        assert [path for path in PATHS if meant(path.encode())] == [path for path in PATHS if path == pattern]
        return
    found = {path for path in PATHS if meant(path.encode())}
    below = {path for path in PATHS for folder in _folders(path) if meant(folder.encode())}
    assert found | below == set(ignored(pattern))  # what lies in an ignored folder is ignored too


def _folders(path):
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


@pytest.mark.parametrize("path", ["x/a", "x/y/a"])
def test_a_folder_means_everything_in_it(path):
    assert path_matcher("x/")(path.encode())
    assert not path_matcher("y/")(b"y")


def test_other_characters_are_literal():
    assert path_matcher("a[1].csv")(b"a[1].csv") and not path_matcher("a[1].csv")(b"a1.csv")
    assert path_matcher("*.[x]")(b"d/a.[x]")
