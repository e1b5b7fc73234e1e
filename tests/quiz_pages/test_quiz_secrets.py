"""Before release, nothing that the server sends depends on the right answers."""

import re
from random import Random

import pytest

from lessons import attempt_actions
from lessons.models import Attempt
from lessons.quiz_text import parse_stored
from lessons.quizzes import lay_out
from tests.quiz_pages.examples import CANARY, COUNT, RIGHT, WRONG, posted, quiz_source

OTHERWISE = """
## Who approves a *release*? {#approval points=2}
- [ ] The product owner
- [x] The `main` branch
  > Now this one is right.
- [ ] The pipeline
> Otherwise.

## Which of these are distributed? {#vcs}

They keep **all** history:

```bash
git log
```

- [ ] Git
- [x] Subversion
- [x] Mercurial
> Otherwise.

## Put the phases in order. {#phases}
1. Code
2. Requirements
3. Design
> Otherwise.

## Match the role to its work. {#roles}
| Role | Work |
|---|---|
| Data engineer | deploys models |
| ML engineer | prepares `data` |
> Otherwise.

## Which command lists the branches? {#branch}
= git status
> Otherwise.

## How many hours is one evening? {#hours}
= 4
= 5
> Otherwise.

## Git is a ___ system of the ___ kind. {#cloze}
= slow
= central
> Otherwise.
"""


def texts(question) -> dict[str, list[str]]:
    """Return the entries of each column of a layout, in source order."""
    if hasattr(question, "options"):
        return {"options": [option.text for option in question.options]}
    if hasattr(question, "items"):
        return {"items": list(question.items)}
    if hasattr(question, "pairs"):
        return {"left": [left for left, _ in question.pairs], "right": question.choices}
    return {}


def same_tokens(layout, ours, theirs):
    """Return a layout of the second quiz in which each text has its token from the first."""
    made = lay_out(theirs, Random(1))
    for a, b in zip(ours.questions, theirs.questions, strict=True):
        for column, entries in texts(b).items():
            token = dict(zip(texts(a)[column], layout[a.key][column], strict=True))
            made[b.key][column] = [token[text] for text in entries]
    return made


def pages_before_submission(client, cast) -> list[str]:
    """Return every page and response of an attempt, without the CSRF token, which varies."""
    addresses = [
        cast.address("quiz"),
        *(cast.address("question", 1, place) for place in range(1, COUNT + 1)),
        cast.address("attempt_summary", 1),
    ]
    pages = [client.get(address).content.decode() for address in addresses]
    return [re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page) for page in pages]


@pytest.mark.parametrize(
    "answers", [*(pytest.param(some, marks=pytest.mark.heavy) for some in ({}, WRONG)), RIGHT]
)
@pytest.mark.parametrize(
    "release", [*(pytest.param(one, marks=pytest.mark.heavy) for one in ("now", "deadline")), "never"]
)
def test_pages_before_submission_contain_no_canary(client, cast, release, answers):
    """W23."""
    cast.revise(release=release)
    attempt = cast.start()
    for place, key in enumerate(answers, 1):
        data = posted(attempt, key, answers)
        saved = client.post(cast.address("question", 1, place), data)
        assert re.fullmatch(r"Saved at \d\d:\d\d", saved.content.decode())
    for page in pages_before_submission(client, cast):
        shown = re.sub(
            r'<input type="text"[^>]*>', "", page
        )  # where the learner reads what they typed themselves
        assert CANARY not in shown
        assert "765123" not in shown


def test_pages_are_the_same_whatever_is_right(client, cast, time_machine):
    """W23: not even the order and the tokens depend on it."""
    time_machine.move_to("2026-08-29 15:44:00+00:00", tick=False)
    cast.revise(questions=OTHERWISE)
    otherwise = cast.quiz.current
    cast.revise()
    attempt = cast.start()
    before = pages_before_submission(client, cast)
    layout = same_tokens(attempt.layout, parse_stored(attempt.version.source), parse_stored(otherwise.source))
    Attempt.objects.update(version=otherwise, layout=layout)
    assert pages_before_submission(client, cast) == before


def test_sources_of_that_test_differ_in_what_is_right():
    ours, theirs = parse_stored(quiz_source()), parse_stored(quiz_source(questions=OTHERWISE))
    pairs = list(zip(ours.questions, theirs.questions, strict=True))
    assert all(a.right_answer() != b.right_answer() for a, b in pairs)


def test_review_before_release_contains_no_canary(client, cast):
    """W24."""
    cast.revise(release="never")
    attempt_actions.submit_attempt(attempt=cast.start())
    page = client.get(cast.address("attempt_review", 1)).content.decode()
    assert CANARY not in page
    assert "765123" not in page
