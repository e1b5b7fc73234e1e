"""W35: what a repository says is text: escaped, without control characters, and cut."""

import pytest

from labs.grader.engine import grade
from labs.grader.git.repository import Repository
from labs.grader.report import Report
from labs.grader.report_text import report_lines
from labs.grader.spec import load_spec
from labs.models import State
from labs.practice import packets
from tests.factories import make_lab, make_learner, make_report, make_submission
from tests.labs.git_client import Clone
from tests.pages.test_templates import inline

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert(1)</script>"
# colour, a title, a link and a cleared screen for terminals; marks that turn the direction of a line
COLOUR = "\x1b[31m"
HOSTILE = f"{SCRIPT}{COLOUR}\x1b]0;title\x07\x1b]8;;https://evil.example\x1b\\\x1b[2J\x9b1m \u202eright\u2066"
CONTROL = {"\x1b", "\x07", "\x9b", "\x08", "\u202e", "\u2066", "\x00"}
LAB = """\
schema: 2
title: A lab
pass_mark: 70
checks:
  - {id: markers, says: no marker is left, points: 10, no_conflict_markers: {}}
  - {id: messages, says: messages say what was done, points: 10, each_commit: {forbids: [wip], blank_second_line: true}}
  - {id: file, says: a file is there, points: 10, file: {path: READYOU.md, exists: true}}
  - {id: branch, says: a branch is there, points: 10, branch: {name: feature}}
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Report:
    """The report on a repository in which every text is hostile."""
    clone = Clone(tmp_path_factory.mktemp("learner") / "work", "unused")
    conflict = [f"<<<<<<< {HOSTILE}", "x" * 500_000 + HOSTILE, "=======", HOSTILE, f">>>>>>> {HOSTILE}"]
    clone.commit(path=f"READ<samp>ME{COLOUR}.md", content="\n".join(conflict).encode())
    clone.commit(path="one-line.md", content=b"x" * (8 << 20) + SCRIPT.encode())
    clone.commit(subject=f"wip\n\n{HOSTILE * 100}", path="a.md")
    clone.commit(subject=f"{HOSTILE}\n{HOSTILE * 1000}", path="b.md")
    clone.git("branch", f"featur\u202e{SCRIPT.replace('/', '')}")
    clone.git("branch", "Feature<samp>")
    with Repository.open(clone.folder) as repository:
        return grade(load_spec(LAB), repository)


def test_report_does_quote_the_repository(report):
    """Otherwise the tests below would prove nothing."""
    text = str(report.to_json())
    assert "alert(1)" in text
    assert "Feature<samp>" in text


def test_result_page_shows_only_text(client, report):
    learner = make_learner()
    submission = make_submission(learner, make_lab(learner.course, source=LAB))
    make_report(submission, report.to_json(), points=report.points, max_points=report.max_points)
    client.force_login(learner.user)
    page = client.get(submission.get_absolute_url()).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert (CONTROL & set(page), inline(page), "<script>alert" in page, "<samp>" in page) == (
        set(),
        [],
        False,
        False,
    )
    assert len(page) < 60_000


def test_terminal_shows_only_text(report):
    lines = report_lines(report)
    assert any("alert(1)" in line for line in lines)
    assert CONTROL & set("".join(lines)) == set()
    assert max(map(len, lines)) < 120
    assert len(lines) < 100


def test_line_for_the_terminal_is_printable_whatever_it_contains():
    assert packets.message(HOSTILE + "\x00\x08\r\n") == packets.message(
        "".join(character for character in HOSTILE if character not in CONTROL)
    )


@pytest.mark.parametrize("state", [State.UNREADABLE, State.FAULT])
def test_message_of_a_stopped_run_is_escaped(client, state):
    learner = make_learner()
    submission = make_submission(
        learner, state=state, message=f"`{SCRIPT}` was not found.", head_ref=f"refs/heads/{SCRIPT}"
    )
    client.force_login(learner.user)
    page = client.get(submission.get_absolute_url()).content.decode()
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
