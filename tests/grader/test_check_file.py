import pytest

from labs.grader.report import Outcome

README = "file: {path: README.md, exists: true}"


def test_a_file_that_is_there_passes_with_its_place(repo):
    repo.put("README.md")
    commit = repo.commit()
    result = repo.ask(README)
    assert result.outcome is Outcome.PASSED
    (evidence,) = result.evidence
    assert (evidence.ref, evidence.commit, evidence.path) == ("refs/heads/main", commit, "README.md")


@pytest.mark.parametrize("other", ["readme.md", "docs/README.md", "README", "README.txt", "README.md.txt"])
def test_a_near_miss_is_named_and_moved(repo, other):
    repo.put(other)
    repo.commit()
    result = repo.ask(README)
    assert result.why == f"There is no `README.md` in the top folder at `main`. One was found at `{other}`."
    assert (result.expected, result.found) == ("`README.md`", f"`{other}`")
    assert result.evidence[0].path == other
    assert f"git mv -- {other} README.md" in result.fix


def test_a_missing_file_in_a_folder_names_the_folder(repo):
    repo.commit(a="a")
    result = repo.ask("file: {path: src/app.py, exists: true}")
    assert result.why == "There is no `app.py` in the folder `src` at `main`."
    assert result.found == "1 file, none of this name"
    assert "mkdir -p src\ntouch src/app.py\n" in result.fix


@pytest.mark.parametrize(
    ("mode", "kind", "noun"),
    [
        ("120000", "blob", "a symbolic link"),
        ("160000", "commit", "a submodule"),
        ("040000", "tree", "a folder"),
    ],
)
def test_what_is_no_file_is_said_to_be_what_it_is(repo, mode, kind, noun):
    blob = repo.objects("/etc/passwd", kind="blob")
    target = {"blob": blob, "commit": "a" * 40, "tree": repo.objects(f"100644 blob {blob}\tinner")}[kind]
    tree = repo.objects(f"{mode} {kind} {target}\tREADME.md")
    repo.git("update-ref", "refs/heads/main", repo.commit_tree(tree))
    for check in (README, "file: {path: README.md, contains: root}"):
        result = repo.ask(check)
        assert result.outcome is Outcome.NEEDS_WORK
        assert result.why == f"`README.md` at `main` is {noun}, not a file."


def test_an_absent_file_passes_when_it_is_absent(repo):
    repo.commit(a="a")
    assert repo.ask("file: {path: .env, absent: true}").outcome is Outcome.PASSED


def test_an_absent_file_needs_work_while_it_is_tracked(repo):
    repo.put(".env")
    repo.commit()
    result = repo.ask("file: {path: .env, absent: true}")
    assert (result.why, result.evidence[0].path) == ("`.env` is at `main`.", ".env")
    assert "git rm --cached -- .env" in result.fix


def test_contained_text_is_shown_at_its_line(repo):
    repo.put("README.md", "# Title\n\nOne\nTwo\nThree\nFour\nFive\n")
    repo.commit()
    result = repo.ask("file: {path: README.md, contains: Three}")
    assert result.outcome is Outcome.PASSED
    assert result.evidence[0].line == 5
    assert result.evidence[0].excerpt == ((4, "Two"), (5, "Three"), (6, "Four"), (7, "Five"))


def test_text_that_is_not_contained_shows_the_beginning_of_the_file(repo):
    repo.put("README.md", "One\nTwo\n")
    repo.commit()
    result = repo.ask("file: {path: README.md, contains: 'a.b'}")
    assert result.why == "`README.md` at `main` does not have the text `a.b`."
    assert result.found == "2 lines, none with it"
    assert result.evidence[0].excerpt == ((1, "One"), (2, "Two"))


@pytest.mark.parametrize(
    ("pattern", "outcome"), [("^# \\S", "passed"), ("^# $", "needs_work"), ("l.$", "passed")]
)
def test_a_pattern_is_searched_line_by_line(repo, pattern, outcome):
    repo.put("README.md", "Hello\n# Title\n")
    repo.commit()
    assert repo.ask(f"file: {{path: README.md, matches: '{pattern}'}}").outcome == outcome


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_text_that_windows_wrote_is_read(repo, encoding):
    repo.put("README.md", "# Grüße\r\n".encode(encoding))
    repo.commit()
    assert repo.ask("file: {path: README.md, matches: '^# Grüße$'}").outcome is Outcome.PASSED


def test_bytes_that_are_no_text_are_searched_all_the_same(repo):
    repo.put("README.md", b"\xff\xfa\n# Title\n")
    repo.commit()
    assert repo.ask("file: {path: README.md, matches: '^# Title'}").evidence[0].line == 2


def test_another_branch_or_a_tag_can_be_looked_at(repo):
    repo.commit("Empty")
    repo.branch("side")
    repo.put("README.md")
    repo.commit()
    repo.git("tag", "-a", "-m", "Release", "v1")
    found = [
        repo.ask(f"file: {{path: README.md, at: {at}, exists: true}}").outcome
        for at in ("main", "side", "v1")
    ]
    assert found == [Outcome.NEEDS_WORK, Outcome.PASSED, Outcome.PASSED]


def test_a_file_over_1_mb_is_there_but_not_read(repo):
    repo.put("README.md", b"x" * (1024 * 1024 + 1))
    repo.put("small", "needle")
    repo.commit()
    assert repo.ask(README).outcome is Outcome.PASSED
    result = repo.ask("file: {path: README.md, contains: x}")
    assert result.outcome is Outcome.NOT_RUN
    assert result.reason == "`README.md` at `main` is over 1 MB, and such files are not read."
    assert repo.ask("file: {path: small, contains: needle}").outcome is Outcome.PASSED
