"""A learner who types along with a lesson, in order, gets what the lesson says."""

import json
import re
import shutil
import tomllib
from dataclasses import replace

import pytest
from ruamel.yaml import YAML

from .terminal import BRIEFS, INLINE, LESSONS, MLOPS, Terminal, blocks

TYPED = [path for path in LESSONS if "```bash" in path.read_text()]
GIT_BASICS = MLOPS / "02-mlops" / "05-git-basics.md"
# Named in the text of lessons, and not typed by a test, each with its reason.
NOT_TYPED = {
    "sudo apt install git": "it changes the machine",
    "xcode-select --install": "it changes the machine, which has to be a Mac",
    "git fetch": "a lesson names what it does; nothing is there to be fetched",
    "git add": "named alone; it is typed with files",
    "git commit": "named alone; it is typed with a message",
    "git init": "named alone; it is typed with a branch",
}
# Hosts that lessons and briefs lead to. Tests use no network.
HOSTS = {"github.com": "an account and repositories", "git-scm.com": "the installer of Git"}


def type_along(lesson, terminal) -> list[str]:
    """Type all commands and write all files in order; the texts that the lesson shows, and what Git wrote then."""
    seen = []
    for block in blocks(lesson.read_text()):
        if block.language == "bash":
            for command in block.commands():
                terminal.type(command)
        elif block.file and terminal.folder != terminal.home:
            terminal.write(block.file, block.text)
        elif "<<<<<<<" in block.text:
            seen += [block.text, (terminal.folder / "payment.txt").read_text()]
            abort(terminal)
    return seen


def abort(terminal) -> None:
    """Run the commands that the lesson names for a stopped merge, on a copy."""
    copy = replace(terminal, home=terminal.home)
    copy.folder = terminal.folder.with_name("copy")
    shutil.copytree(terminal.folder, copy.folder)
    assert "leftover conflict marker" in copy.type("git diff --check", status=2)
    copy.type("git merge --abort")
    assert copy.type("git status --porcelain") == ""
    terminal.typed += ["git diff --check", "git merge --abort"]


@pytest.mark.parametrize("lesson", TYPED, ids=lambda path: path.stem)
def test_commands_of_a_lesson_run_in_order(lesson, tmp_path):
    terminal = Terminal(tmp_path)
    type_along(lesson, terminal)
    if terminal.folder != terminal.home:
        terminal.type('test -z "$(git status --porcelain)"')


def test_git_for_the_labs_ends_as_it_says(tmp_path):
    terminal = Terminal(tmp_path)
    said, written = type_along(GIT_BASICS, terminal)
    assert written == said  # the conflict
    assert (terminal.folder / ".env").exists()  # kept on disk, although it is not tracked
    terminal.type("! git ls-files --error-unmatch .env")
    terminal.type("git merge-base --is-ancestor card-payment main")
    assert (terminal.remote / "refs/tags/v1.0").exists()
    assert terminal.type("git log --format=%s -1 $(git rev-list --max-parents=0 main)") == (
        "Describe the billing project and its modules\n"
    )
    assert len(terminal.type("git log --merges --oneline main").splitlines()) == 2


def test_every_command_in_the_text_of_a_lesson_is_typed_or_has_a_reason(tmp_path):
    terminal = Terminal(tmp_path)
    type_along(GIT_BASICS, terminal)
    named = {command for path in LESSONS for command in INLINE.findall(path.read_text())}
    for command in ("git diff", "git diff --staged", "git status", "git push"):
        terminal.type(command)
    assert {command for command in named if command not in terminal.typed} == set(NOT_TYPED)


def test_lessons_and_briefs_lead_to_no_other_hosts():
    texts = [path.read_text() for path in [*LESSONS, *BRIEFS]]
    assert {host for text in texts for host in re.findall(r"https?://([\w.-]+)", text)} <= {
        *HOSTS,
        "example.org",
    }


def test_files_that_lessons_and_briefs_show_can_be_read():
    readers = {"python": lambda text: compile(text, "file", "exec"), "json": json.loads, "toml": tomllib.loads,
               "yaml": YAML(typ="safe").load}  # fmt: skip
    read = [
        readers[block.language](block.text)
        for path in [*LESSONS, *BRIEFS]
        for block in blocks(path.read_text())
        if block.language in readers and block.file
    ]
    assert len(read) >= 7


MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
ABBREVIATED = "(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[.]?"
DAY = r"(?:[12]?\d|3[01])(?:st|nd|rd|th)?"
DATED = re.compile(
    rf"\b(?:{MONTH},? 20\d\d|{DAY} (?:of )?(?:{MONTH}|{ABBREVIATED} 20\d\d)|{MONTH} {DAY}(?!\d)"
    rf"|{ABBREVIATED} {DAY},? 20\d\d|20\d\d[-/.][01]?\d[-/.][0-3]?\d(?!\d)|{DAY}[./][01]?\d[./]20\d\d)"
)


def test_no_lesson_brief_or_quiz_prints_the_dates_of_one_cohort():
    paths = {*LESSONS, *BRIEFS, *MLOPS.rglob("*.md")}
    assert len(paths) > len({*LESSONS, *BRIEFS})  # the quizzes
    found = {str(path.relative_to(MLOPS)): DATED.findall(path.read_text()) for path in sorted(paths)}
    assert {path: dates for path, dates in found.items() if dates} == {}


@pytest.mark.parametrize(
    "date",
    ["November 2025", "November, 2025", "29 Nov 2025", "2025-11-29", "29 November", "29th of November", "November 29",
     "Nov. 29, 2025", "29/11/2025", "29.11.2025", "2025/11/29", "1 May"],
)  # fmt: skip
def test_dates_are_found_as_people_write_them(date):
    assert DATED.search(f"We meet on {date}, in the evening.")


def test_versions_and_plain_words_are_not_dates():
    assert not DATED.search(
        "python 3.11.29, in 2025, may 29 learners march 3 miles? 2025-11, 10.0.0.1, 20250-11-29"
    )
