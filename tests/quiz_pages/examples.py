"""A quiz with a question of each kind, and a canary in everything that must stay hidden before release."""

from lessons.models import Attempt
from lessons.quiz_text import parse_stored
from lessons.quizzes import Question, form_fields

CANARY = "canary"
FRONT = "---\ntitle: Branches\npass_mark: 70\nattempts: {attempts}\nrelease: {release}\n---\n"
QUESTIONS = """
## Who approves a *release*? {#approval points=2}
- [ ] The pipeline
  > canary: it waits for the approval.
- [x] The product owner
  > canary: one person answers for it.
- [ ] The `main` branch
> canary [Read again](lesson:releases#approval)

## Which of these are distributed? {#vcs}

They keep **all** history:

```bash
git log
```

- [x] Git
- [x] Mercurial
- [ ] Subversion
> canary

## Put the phases in order. {#phases}
1. Requirements
2. Design
3. Code
> canary

## Match the role to its work. {#roles}
| Role | Work |
|---|---|
| Data engineer | prepares `data` |
| ML engineer | deploys models |
> canary

## Which command lists the branches? {#branch}
= git branch canary
> canary

## How many hours is one evening? {#hours}
= 765123 ± 0.5
> canary

## Git is a ___ system of the ___ kind. {#cloze}
= free canary | open-source canary
= distributed canary
> canary
"""
RIGHT = {
    "approval": [1],
    "vcs": [0, 1],
    "phases": [1, 2, 3],
    "roles": [0, 1],
    "branch": "git branch canary",
    "hours": "765123",
    "cloze": ["free canary", "distributed canary"],
}
WRONG = {
    "approval": [0],
    "vcs": [0, 2],
    "phases": [2, 1, 3],
    "roles": [1, 0],
    "branch": "git log",
    "hours": "2",
    "cloze": ["blue", "red"],
}
COUNT = len(RIGHT)


def quiz_source(release: str = "now", attempts: int = 3, questions: str = QUESTIONS, **rules) -> str:
    """Return the source of a quiz; `rules` are further front matter."""
    front = FRONT.format(release=release, attempts=attempts).removesuffix("---\n")
    return front + "".join(f"{name}: {value}\n" for name, value in rules.items()) + "---\n" + questions


def question_of(attempt: Attempt, key: str) -> Question:
    return next(item for item in parse_stored(attempt.version.source).questions if item.key == key)


def posted(attempt: Attempt, key: str, responses: dict = RIGHT) -> dict[str, list[str]]:
    """Return the form fields that give this answer."""
    return form_fields(question_of(attempt, key), attempt.layout[key], responses[key])
