"""A small course on disk."""

from pathlib import Path

import pytest

from tests.authoring.conftest import parses  # noqa: F401 - a fixture
from tests.courses.author import author, course, instructor, repository, run  # noqa: F401 - fixtures
from tests.submit.conftest import host, open_folder, server, tls_server  # noqa: F401 - fixtures

COURSE = """\
schema: 1
slug: tiny
title: Tiny
sessions: [one]
labs: [first]
cohorts:
  - slug: spring
    title: Spring
    meetings: [{session: first-evening, starts: "2026-03-07 20:30"}]
"""
SESSION = """\
slug: first-evening
title: First evening
prepare:
  - {key: git, text: Install **Git**}
"""
LESSON = """\
---
slug: start
title: Start
status: published
labs: [first]
---

## Begin

Read [this](lesson:start#begin), then do [the lab](lab:first).
"""
QUIZ = """\
---
title: A quiz
pass_mark: 70
attempts: 3
release: now
---

## Which one? {#one}
- [x] This
- [ ] That
> This it is.
"""
LAB = """\
schema: 2
title: First lab
pass_mark: 70
checks:
  - id: readable
    says: the repository can be read
    readable: {}
    points: 10
    lesson: start#begin
scenarios:
  - name: a commit
    steps: [commit: Start]
    expect: {readable: passed}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "course.yaml": COURSE,
        "one/session.yaml": SESSION,
        "one/01-start.md": LESSON,
        "one/01-start.quiz.md": QUIZ,
        "labs/first/lab.yaml": LAB,
        "labs/first/brief.md": "Push a commit. See [the lesson](lesson:start).\n",
    }
    for name, text in files.items():
        path = tmp_path / "tiny" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "tiny"
