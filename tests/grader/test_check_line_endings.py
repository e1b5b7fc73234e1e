import pytest

from labs.grader.report import Outcome


def stored(repo, **files):
    for name, content in files.items():
        repo.put(f"{name}.sh", content)
    repo.git("config", "core.autocrlf", "false")
    return repo.commit()


@pytest.mark.parametrize(
    ("content", "are", "passes"),
    [
        ("a\nb\n", "lf", True),
        ("a\r\nb\r\n", "lf", False),
        ("a\nb\r\n", "lf", False),
        ("a\nb\r\n", "crlf", False),
        ("a\r\nb", "crlf", True),
        ("", "crlf", False),
        ("a", "lf", False),
        ("a\rb\n", "lf", True),
    ],
)
def test_stored_line_endings_are_checked(repo, content, are, passes):
    stored(repo, run=content)
    outcome = repo.ask(f"line_endings: {{path: run.sh, are: {are}}}").outcome
    assert outcome is (Outcome.PASSED if passes else Outcome.NEEDS_WORK)


def test_the_first_line_with_a_different_line_ending_is_shown(repo):
    stored(repo, run="a\nb\r\nc\r\n")
    result = repo.ask("line_endings: {path: run.sh, are: lf}")
    assert result.why == "`run.sh` on `main` has CRLF at the end of 2 lines, starting at line 2."
    assert (result.expected, result.found) == ("LF at the end of each line", "CRLF in `run.sh`")
    assert (result.evidence[0].line, result.evidence[0].excerpt[1]) == (2, (2, "b"))


def test_a_pattern_checks_all_of_its_files(repo):
    stored(repo, a="a\n", b="b\r\n", x__y="c\r\n")
    result = repo.ask("line_endings: {path: '*.sh', are: lf}")
    assert result.found == "CRLF in `b.sh` and `x__y.sh`"
    assert repo.ask("line_endings: {path: 'a*.sh', are: lf}").outcome is Outcome.PASSED


def test_a_pattern_that_matches_no_file_needs_work(repo):
    stored(repo, a="a\n")
    result = repo.ask("line_endings: {path: '*.py', are: lf}")
    assert result.why == "No file on `main` matches `*.py`."
