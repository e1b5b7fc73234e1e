"""A course of two evenings, small enough that a test can run its whole term."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

SLUG = "two-evenings"
COHORT = "winter"
ZONE = "Asia/Kolkata"
MEETING_MINUTES = 180
KEYS = {"commits": "A commit", "merges": "A merge commit"}  # the right answers of the two quizzes

COURSE = """\
schema: 1
slug: {slug}
title: Git in two evenings
summary: From the first commit to a merge.
time_zone: {zone}
pass_mark: 70
sessions: [01-commits, 02-merges]
labs:
  - slug: first-push
    deadline: session 1 + 00:00
    late: reduce
    late_percent: 10
    late_floor: 90
  - slug: second-push
    deadline: session 2 + 6 days 23:59
cohorts:
  - slug: {cohort}
    title: Winter
    time_zone: {zone}
    meetings:
      - {{session: commits, starts: "{first}", minutes: {minutes}}}
      - {{session: merges, starts: "{second}", minutes: {minutes}}}
"""
SESSION = """\
slug: {slug}
title: {title}
summary: {title} in Git.
"""
LESSON = """\
---
slug: about-{slug}
title: About {slug}
summary: What {slug} are.
status: published
labs: [{lab}]
---

## The idea

Git records {slug}.
"""
QUIZ = """\
---
title: Quiz about {slug}
pass_mark: 70
attempts: 3
release: now
---

## What does Git record? {{#what}}
- [x] {right}
- [ ] A photograph
> Git records {slug}.
"""
LAB = """\
schema: 2
title: {title}
pass_mark: 70
starter: null
checks:
  - id: readable
    says: The repository can be read
    readable: {{}}
    points: 0
    teaches: plumbing
  - id: readme
    says: There is a README.md in the top folder
    file: {{path: README.md, at: main, exists: true}}
    points: 40
    needs: [readable]
    teaches: plumbing
  - id: commits
    says: main has at least {commits} commits
    commits: {{on: main, at_least: {commits}}}
    points: 60
    needs: [readable]
    teaches: plumbing
scenarios:
  - name: as the brief asks
    steps:
      - {{commit: Describe the project, files: {{README.md: "# Project\\n"}}}}
      - {{commit: List the parts, files: {{parts.txt: "One\\n"}}}}
    expect: {{others: passed}}
  - name: one commit, without a README
    steps:
      - {{commit: List the parts, files: {{parts.txt: "One\\n"}}}}
    expect: {{readme: needs work, commits: needs work, others: passed}}
"""


def write_course(folder: Path, now: datetime) -> None:
    """Write the files of a course with one cohort: its first class began ten minutes before `now`, the second is a
    week later. The deadline of its first lab is over, that of the second is not."""
    first = now.astimezone(ZoneInfo(ZONE)) - timedelta(minutes=10)
    write(
        folder / "course.yaml",
        COURSE,
        slug=SLUG,
        zone=ZONE,
        cohort=COHORT,
        minutes=MEETING_MINUTES,
        first=f"{first:%Y-%m-%d %H:%M}",
        second=f"{first + timedelta(weeks=1):%Y-%m-%d %H:%M}",
    )
    labs = {"commits": "first-push", "merges": "second-push"}
    for number, (slug, right) in enumerate(KEYS.items(), 1):
        session = folder / f"0{number}-{slug}"
        write(session / "session.yaml", SESSION, slug=slug, title=slug.capitalize())
        write(session / f"01-about-{slug}.md", LESSON, slug=slug, lab=labs[slug])
        write(session / f"01-about-{slug}.quiz.md", QUIZ, slug=slug, right=right)
        lab = folder / "labs" / labs[slug]
        title = labs[slug].replace("-", " ").capitalize()
        write(lab / "lab.yaml", LAB, title=title, commits=2)
        write(lab / "brief.md", "Push a README.md and at least two commits to main.\n")


def write(path: Path, text: str, **values: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.format(**values) if values else text)
