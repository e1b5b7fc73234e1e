"""Write a quiz with a question of each kind to `docs/lessons.md`: `python -m lessons.quizzes.reference docs`."""

import sys
from pathlib import Path

from . import kinds


def front_matter(title: str) -> str:
    return f"""\
---
title: {title}
pass_mark: 70
attempts: 3              # 0 means no limit
release: now             # when correct answers are shown: now, passed, deadline or never
---
"""


# The optional keys, and what the help beside the editor says about them.
RULES = (
    ("shows", "all, answers or explanations: what is shown then"),
    ("counts", "best, last or first: the attempt that counts"),
    ("time_limit", "minutes for one attempt"),
    ("deadline", "6 days 23:59, counted from the cohort’s meeting, or session 3 + 6 days 23:59"),
    ("late", "refuse attempts after the deadline, or mark them as late"),
    ("bonus", "5 gives up to 5 points on top of the 100 of the course; other quizzes share the 100"),
    ("shuffle", "true gives each attempt its own order of questions"),
    ("pools", "{basics: 2} draws two of the questions with pool=basics after their key"),
)

FRONT_MATTER = front_matter("Delivery or deployment?")
_BEGIN, _END = "<!-- made by lessons.quizzes.reference -->\n", "<!-- end -->\n"


def example_quiz() -> str:
    return "\n".join([FRONT_MATTER, *(kind.example for kind in kinds.KINDS)])


def with_example(page: str) -> str:
    # The fence must be longer than any in the quiz.
    before, _, rest = page.partition(_BEGIN)
    _, _, behind = rest.partition(_END)
    return f"{before}{_BEGIN}````markdown\n{example_quiz()}````\n{_END}{behind}"


def write(docs: Path) -> None:
    page = docs / "lessons.md"
    page.write_text(with_example(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
