"""No secret in the history, and none in the report about it: each test reads the whole JSON of the report."""

import json
import random
import string

import pytest

from labs.grader import report_text
from labs.grader.checks import no_secrets
from labs.grader.report import Outcome

CHECK = "no_secrets: {}"


def drawn(length, seed=1):
    return "".join(random.Random(seed).choices(string.ascii_letters + string.digits, k=length))


TOKEN = "ghp_" + drawn(36)
PASSWORD = drawn(20, seed=2)


@pytest.fixture
def ask(repo, lab):
    """Return the result of one check, after asserting that its report contains no secret."""

    def ask(check=CHECK, *more, secrets=(TOKEN, PASSWORD)):
        report = repo.grade(lab(check, *more))
        everything = json.dumps(report.to_json()) + "\n".join(report_text.report_lines(report))
        assert not [secret for secret in secrets if secret[:8] in everything or secret[-8:] in everything]
        return report.results[0]

    return ask


def test_a_history_without_secrets_passes(repo, ask):
    repo.put(".env.example", f"PASSWORD={PASSWORD}\n")
    repo.commit(a="nothing")
    repo.commit(a="nothing more")
    result = ask()
    assert (result.outcome, result.why) == (
        Outcome.PASSED,
        "No credential in a known format in 3 file versions and 2 commit or tag messages.",
    )


def test_a_secret_is_shown_by_its_place_and_never_by_its_value(repo, ask):
    repo.commit("Start")
    repo.put("src/app.py", f'import os\n\nTOKEN = "{TOKEN}"\n')
    commit = repo.commit("Add the app")
    result = ask()
    assert result.outcome is Outcome.NEEDS_WORK
    assert result.why == (
        "A GitHub token is in this repository's history. The value is not shown here. First revoke it with "
        "GitHub, then remove it from `src/app.py`, then remove it from the history. Deleting the file does not make it "
        "safe. Staff were not shown the value."
    )
    assert result.expected == "no key, token or password in any commit"
    assert result.found == "a GitHub token in `src/app.py`, line 3"
    (evidence,) = result.evidence
    assert (evidence.ref, evidence.commit, evidence.path, evidence.line, evidence.excerpt) == (
        "refs/heads/main",
        commit,
        "src/app.py",
        3,
        (),
    )


def test_a_settings_file_is_removed_as_a_whole(repo, ask):
    repo.put(".env", f"DEBUG=1\nDB_PASSWORD={PASSWORD}\n")
    repo.commit()
    result = ask()
    assert result.why == (
        "A password or key is in this repository's history. The value is not shown here. First change it "
        "wherever it is used, then remove it from the history. Deleting the file does not make it safe. Staff were not "
        "shown the value."
    )
    assert "git rm --cached --quiet -- .env\n" in result.fix
    assert "printf '\\n%s\\n' .env >> .gitignore" in result.fix


def test_a_secret_that_was_deleted_later_is_found(repo, ask):
    commit = repo.commit(a=TOKEN)
    repo.commit(a="gone")
    assert [item.commit for item in ask().evidence] == [commit]


def test_other_branches_and_tags_are_checked(repo, ask):
    repo.commit("Start")
    repo.branch("side")
    repo.commit(a=TOKEN)
    repo.git("tag", "v1")
    repo.switch("main")
    assert [item.ref for item in ask().evidence] == ["refs/heads/side"]
    repo.git("branch", "-D", "side")
    assert [item.ref for item in ask().evidence] == ["refs/tags/v1"]


def test_several_are_counted_and_the_first_three_shown(repo, ask):
    repo.put(".env", f"A_TOKEN={TOKEN}\nDB_PASSWORD={PASSWORD}\n")
    first = repo.commit()
    repo.put(".env", f"MORE=1\nA_TOKEN={TOKEN}\nDB_PASSWORD={PASSWORD}\n")
    second = repo.commit(a=TOKEN, b=f"{TOKEN}\n")
    result = ask()
    assert (
        " and 3 more credentials are in this repository's history. The values are not shown here."
        in result.why
    )
    assert (
        "First revoke it with GitHub and change it wherever it is used, then remove it from `a.txt` and `b.txt`,"
        in result.why
    )
    assert result.found == (
        "a GitHub token in `.env`, line 1, a password or key in `.env`, line 2, a GitHub token in `a.txt`, line 1 "
        "and 1 more"
    )
    assert [item.commit for item in result.evidence] == [first, first, second]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_text_in_any_encoding_is_read(repo, ask, encoding):
    repo.commit(a=f"schön\r\nkey={TOKEN}\r\n".encode(encoding))
    assert ask().evidence[0].line == 2


def test_binary_files_are_not_read(repo, ask):
    repo.commit(a=b"\0" + TOKEN.encode())
    result = ask()
    assert (result.outcome, result.reason) == (
        Outcome.NOT_RUN,
        "Not run: no file with content in the history of any branch or tag could be read (1 binary file).",
    )
    repo.commit(b="text")
    assert ask().why == (
        "No credential in a known format in 1 file version and 2 commit or tag messages. Not read: 1 binary file."
    )


def test_files_over_1_mb_are_reported_as_unread(repo, ask):
    repo.commit(a=TOKEN + "x" * (1 << 20), b="text")
    assert ask().why == (
        "No credential in a known format in 1 file version and 1 commit or tag message. Not read: 1 file over 1 MB."
    )


def test_past_the_limit_nothing_is_claimed(repo, ask, monkeypatch):
    monkeypatch.setattr(no_secrets, "MAX_BYTES", 3 << 10)
    repo.commit(a="x" * 2048)
    repo.commit(a="y" * 2048)
    result = ask()
    assert (result.outcome, result.reason) == (
        Outcome.NOT_RUN,
        "Incomplete: the history has 4 KB of files, and only 3 KB were read. These contain no credential "
        "in a known format.",
    )


def test_past_the_limit_what_was_found_still_needs_work(repo, ask, monkeypatch):
    monkeypatch.setattr(no_secrets, "MAX_BYTES", 3 << 10)
    repo.commit(a=TOKEN)
    repo.commit(a="y" * 4096)
    assert ask().outcome is Outcome.NEEDS_WORK


def test_reading_the_history_leaves_other_checks_enough_to_read(repo, ask, monkeypatch):
    monkeypatch.setattr("labs.grader.git.repository.MAX_READ_BYTES", 100)
    repo.commit(a="x" * 90)
    repo.commit(a="y" * 90)
    assert ask("file: {path: a.txt, contains: y}").outcome is Outcome.PASSED
    assert ask(CHECK, "file: {path: a.txt, contains: y}").outcome is Outcome.PASSED


@pytest.mark.parametrize(
    "check",
    [
        "each_commit: {matches: '^Z', blank_second_line: true}",
        "commits: {at_least: 9}",
        "file: {path: .env, contains: z}",
        "file: {path: .env, contains: DB}",
        "data: {path: a.json, value: key, equals: 1}",
        "no_conflict_markers: {}",
    ],
)
def test_no_other_check_shows_a_secret_either(repo, ask, check):
    repo.put(".env", f"<<<<<<< a\nDB_PASSWORD={PASSWORD}\n=======\n{TOKEN}\n>>>>>>> b\n")
    repo.put("a.json", json.dumps({"key": TOKEN}))
    repo.commit(f"Use {TOKEN}")
    ask(check)


def test_a_token_in_a_commit_message_is_found(repo, ask):
    repo.commit("Start", a="1")
    commit = repo.commit(f"Add b\n\nIt works with {TOKEN} now.\n", b="1")
    repo.commit("Add c", c="1")
    result = ask()
    assert (result.outcome, result.why) == (
        Outcome.NEEDS_WORK,
        f"A GitHub token is in the message of commit {commit[:7]}. The value is not shown here. First revoke "
        "it with GitHub, then reword the commit. Staff were not shown the value.",
    )
    assert result.evidence[0].commit == commit
    assert result.fix.startswith("Do this first, since anyone with a copy can use it: revoke it with GitHub.")
    assert "--amend" in result.fix and "REVOKED" in result.fix and "--force-with-lease" in result.fix


def test_a_token_in_the_newest_message_or_in_a_tag_is_found(repo, ask):
    repo.commit("Start", a="1")
    repo.git("tag", "-a", "v1", "-m", f"Release with {TOKEN}")
    result = ask()
    assert result.why.startswith("A GitHub token is in the message of tag `v1`.")
    assert "git tag -f -a" in result.fix and "REVOKED" in result.fix
    repo.git("tag", "-d", "v1")
    repo.commit(f"Use {TOKEN}", a="2")
    result = ask()
    assert "reword the commit" in result.why and "git commit --amend" in result.fix


def test_a_file_of_many_tokens_is_masked_once_for_its_fix(repo, ask, monkeypatch):
    masked_texts = []
    masked = no_secrets.masked
    monkeypatch.setattr(no_secrets, "masked", lambda text: masked_texts.append(text) or masked(text))
    repo.put("app.py", "".join(f'TOKENS[{number}] = "{TOKEN}"\n' for number in range(50)))
    repo.commit("Add the tokens")
    result = ask()
    assert "Replace line 1 of `app.py`" in result.fix
    assert [text.count(TOKEN) for text in masked_texts] == [50]
