import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labs.grader.checks.submodule import read_modules
from labs.grader.report import Outcome
from tests.plain_git import git

CHECK = "submodule: {path: vendor/lib}"


def build_with_submodule(repo):
    lib = type(repo)(repo.path.parent / "lib")
    lib.commit("Start", a="a")
    lib.commit("Go on", a="b")
    repo.commit("Start", x="x")
    add = ("submodule", "--quiet", "add", "../lib", "vendor/lib")
    repo.git("remote", "add", "origin", str(repo.path))
    repo.git("-c", "protocol.file.allow=always", *add)
    repo.git("remote", "remove", "origin")
    repo.git("commit", "-q", "-m", "Add the library")


@pytest.fixture
def repo(copy_of):
    return copy_of(build_with_submodule)


def test_a_submodule_passes_with_its_commit_and_url(repo):
    commit = repo.git("rev-parse", "main:vendor/lib")
    result = repo.ask(f"submodule: {{path: vendor/lib/, commit: {commit}, matches: '/lib$'}}")
    assert result.outcome is Outcome.PASSED
    assert result.why.startswith(f"The submodule `vendor/lib` points to commit {commit[:7]} of `")
    assert result.evidence[0].path == "vendor/lib"


def test_another_commit_or_url_needs_work(repo):
    result = repo.ask(f"submodule: {{path: vendor/lib, commit: {'a' * 40}}}")
    assert result.found == f"commit {repo.git('rev-parse', 'main:vendor/lib')[:7]}"
    assert result.expected == "commit aaaaaaa"
    assert f"git -C vendor/lib checkout {'a' * 40}" in result.fix
    assert (
        repo.ask("submodule: {path: vendor/lib, matches: example}").expected
        == "a URL that contains `example`"
    )


def test_a_repository_that_was_added_as_it_is_has_no_url(repo):
    repo.git("rm", "-q", "--cached", ".gitmodules")
    (repo.path / ".gitmodules").unlink()
    repo.commit("Forget where it comes from")
    result = repo.ask(CHECK)
    assert "`.gitmodules` has no URL for it" in result.why


@pytest.mark.parametrize(("path", "noun"), [("x.txt", "a file"), ("vendor", "a folder")])
def test_a_path_that_is_not_a_submodule_is_named_as_what_it_is(repo, path, noun):
    assert repo.ask(f"submodule: {{path: {path}}}").why == f"`{path}` on `main` is {noun}, not a submodule."


def test_an_absent_submodule_names_the_one_there_is(repo):
    result = repo.ask("submodule: {path: lib}")
    assert (result.why, result.found) == (
        "There is no submodule `lib` on `main`.",
        "1 submodule: `vendor/lib`",
    )


def test_settings_that_git_cannot_read_are_named_with_their_line(repo):
    repo.put(".gitmodules", '[submodule "lib"]\n\tpath = vendor/lib\n\turl "x\n')
    repo.commit("Break it")
    assert repo.ask(CHECK).why == "Git cannot read `.gitmodules` on `main`: line 3 has a syntax error."


_WORDS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\n\r", exclude_categories=["C"]), max_size=12
)


@given(st.dictionaries(_WORDS.filter(str.strip), st.tuples(_WORDS, _WORDS), max_size=3))
@settings(max_examples=15)
def test_settings_that_git_wrote_are_read(tmp_path_factory, modules):
    file = tmp_path_factory.mktemp("modules") / "config"
    file.touch()
    for name, values in modules.items():
        for key, value in zip(("path", "url"), values, strict=True):
            git(file.parent, "config", "-f", file, f"submodule.{name}.{key}", value)
    assert read_modules(file.read_bytes()) == dict(modules.values())


def test_settings_of_other_files_are_not_followed(tmp_path):
    other = tmp_path / "other"
    other.write_text('[submodule "x"]\n\tpath = y\n')
    assert read_modules(f"[include]\n\tpath = {other}\n".encode()) == {}
