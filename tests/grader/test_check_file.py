import pytest

from labs.grader.report import Outcome
from labs.grader.spec import SpecError, load_spec

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
    assert result.why == f"There is no `README.md` in the top folder on `main`. Found `{other}` instead."
    assert (result.expected, result.found) == ("`README.md`", f"`{other}`")
    assert result.evidence[0].path == other
    assert f"git mv -- {other} README.md" in result.fix


def test_a_missing_file_in_a_folder_names_the_folder(repo):
    repo.commit(a="a")
    result = repo.ask("file: {path: src/app.py, exists: true}")
    assert result.why == "There is no `app.py` in the folder `src` on `main`."
    assert result.found == "1 file, none with this name"
    assert "mkdir -p src\ntouch src/app.py\n" in result.fix


@pytest.mark.parametrize(
    ("mode", "kind", "noun"),
    [
        ("120000", "blob", "a symbolic link"),
        ("160000", "commit", "a submodule"),
        ("040000", "tree", "a folder"),
    ],
)
def test_a_path_that_is_not_a_file_is_named_as_what_it_is(repo, mode, kind, noun):
    blob = repo.objects("/etc/passwd", kind="blob")
    target = {"blob": blob, "commit": "a" * 40, "tree": repo.objects(f"100644 blob {blob}\tinner")}[kind]
    tree = repo.objects(f"{mode} {kind} {target}\tREADME.md")
    repo.git("update-ref", "refs/heads/main", repo.commit_tree(tree))
    for check in (README, "file: {path: README.md, contains: root}"):
        result = repo.ask(check)
        assert result.outcome is Outcome.NEEDS_WORK
        assert result.why == f"`README.md` on `main` is {noun}, not a file."


def test_an_absent_file_passes_when_it_is_absent(repo):
    repo.commit(a="a")
    assert repo.ask("file: {path: .env, exists: false}").outcome is Outcome.PASSED


def test_an_absent_file_needs_work_while_it_is_tracked(repo):
    repo.put(".env")
    repo.commit()
    result = repo.ask("file: {path: .env, exists: false}")
    assert (result.why, result.evidence[0].path) == ("`.env` exists on `main`.", ".env")
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
    assert result.why == "`README.md` on `main` does not contain `a.b`."
    assert result.found == "no such line in 2 lines"
    assert result.evidence[0].excerpt == ((1, "One"), (2, "Two"))


@pytest.mark.parametrize(
    ("pattern", "outcome"), [("^# \\S", "passed"), ("^# $", "needs_work"), ("l.$", "passed")]
)
def test_a_pattern_is_searched_line_by_line(repo, pattern, outcome):
    repo.put("README.md", "Hello\n# Title\n")
    repo.commit()
    assert repo.ask(f"file: {{path: README.md, matches: '{pattern}'}}").outcome == outcome


def test_text_in_the_middle_of_a_line_is_not_at_its_start(repo):
    repo.put("README.md", "See # Title\n")
    repo.commit()
    result = repo.ask("file: {path: README.md, matches: '^# Title'}")
    assert result.why == "`README.md` on `main` does not contain `# Title` at the start of a line."
    assert result.expected == "a line that contains `# Title` at the start"
    result = repo.ask("file: {path: README.md, lacks: 'Title$'}")
    assert result.why == "Line 1 of `README.md` on `main` contains `Title` at the end."


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_text_that_windows_wrote_is_read(repo, encoding):
    repo.put("README.md", "# Grüße\r\n".encode(encoding))
    repo.commit()
    assert repo.ask("file: {path: README.md, matches: '^# Grüße$'}").outcome is Outcome.PASSED


def test_bytes_that_are_not_text_are_searched_all_the_same(repo):
    repo.put("README.md", b"\xff\xfa\n# Title\n")
    repo.commit()
    assert repo.ask("file: {path: README.md, matches: '^# Title'}").evidence[0].line == 2


def test_another_branch_or_a_tag_can_be_checked(repo):
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
    assert result.reason == "Not run: `README.md` on `main` is over 1 MB. Such files are not read."
    assert repo.ask("file: {path: small, contains: needle}").outcome is Outcome.PASSED


@pytest.mark.parametrize("at", ["main~1", "v1", "main^{/First}", "main^{root}"])
def test_a_file_can_be_checked_in_an_earlier_commit(repo, at):
    repo.put("a", "old\n")
    first = repo.commit("First")
    repo.git("tag", "v1")
    repo.put("a", "new\n")
    repo.commit("Second")
    result = repo.ask(f"file: {{path: a, at: '{at}', equals: old}}")
    assert (result.outcome, result.evidence[0].commit) == (Outcome.PASSED, first)
    assert repo.ask(f"file: {{path: a, at: '{at}', equals: new}}").outcome is Outcome.NEEDS_WORK


def test_a_missing_commit_is_reported(repo):
    repo.commit()
    result = repo.ask("file: {path: a, at: main~3, exists: true}")
    assert result.why == "`main~3` does not resolve to a commit."


@pytest.mark.parametrize("content", ["a\nb\n", "a\nb", "a\r\nb\r\n", "\ufeffa\nb\n"])
def test_exact_content_ignores_line_endings(repo, content):
    repo.put("a", content)
    repo.commit()
    assert repo.ask('file: {path: a, equals: "a\\nb\\n"}').outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("content", "line", "expected", "found"),
    [
        ("a\nx\nc\n", 2, "`b` on line 2", "`x` on line 2"),
        ("a\n", 2, "`b` on line 2", "no line 2"),
        ("a\nb\nc\n\n", 4, "no line 4", "line 4, empty"),
        ("", 1, "`a` on line 1", "line 1, empty"),
    ],
)
def test_other_content_shows_the_first_line_that_differs(repo, content, line, expected, found):
    repo.put("a", content)
    repo.commit()
    result = repo.ask('file: {path: a, equals: "a\\nb\\nc"}')
    assert result.why == f"`a` on `main` differs from the required content on line {line}."
    assert (result.expected, result.found, result.evidence[0].line) == (expected, found, line)


LINES = "file: {path: a, lines: [milk, eggs, milk]}"


@pytest.mark.parametrize(
    ("content", "why", "found"),
    [
        ("milk\nx\neggs\nmilk\n", None, ""),
        ("eggs\nmilk\n", "`a` on `main` has the line `eggs` too early.", "`eggs` on line 1"),
        ("milk\neggs\n", "`a` on `main` has the line `milk` too early.", "`milk` on line 1"),
        ("milk\neggs \n", "`a` on `main` has no line `eggs`.", "not among the 2 lines of the file"),
    ],
)
def test_lines_must_be_in_order(repo, content, why, found):
    repo.put("a", content)
    repo.commit()
    result = repo.ask(LINES)
    assert (result.outcome is Outcome.PASSED) == (why is None)
    assert (why is None or result.why == why) and result.found == found


def test_forbidden_text_is_shown_at_its_line(repo):
    repo.put("a", "one\nTODO: two\n")
    repo.commit()
    result = repo.ask("file: {path: a, lacks: 'TODO|FIXME'}")
    assert result.why == "Line 2 of `a` on `main` contains `TODO` or `FIXME`."
    assert (result.expected, result.found) == (
        "no line that contains `TODO` or `FIXME`",
        "`TODO: two` on line 2",
    )
    assert repo.ask("file: {path: a, lacks: FIXME}").outcome is Outcome.PASSED


def test_the_executable_bit_is_checked(repo):
    repo.put("hook", "#!/bin/sh\n")
    repo.git("add", "hook")
    repo.git("update-index", "--chmod=+x", "hook")
    repo.git("commit", "-q", "-m", "Add a hook")
    assert repo.ask("file: {path: hook, executable: true}").outcome is Outcome.PASSED
    result = repo.ask("file: {path: hook, executable: false}")
    assert (result.why, result.found) == ("`hook` on `main` is executable.", "mode 100755")


def test_only_one_question_may_be_asked(lab):
    with pytest.raises(
        SpecError, match="one of `exists`, `contains`, `matches`, `lacks`, `equals`, `lines` and `exec"
    ):
        load_spec(lab("file: {path: a, exists: true, lacks: x}"))
