"""A quiz with one question of each kind, and helpers to answer it."""

from lessons.quizzes import parse

FRONT_MATTER = """\
---
title: Branches and releases
pass_mark: 70
attempts: 3   # the best one counts
release: now
---
"""

ONE_OF_EACH = (
    FRONT_MATTER
    + """
## Who approves a *release*? {#approval points=2}
- [ ] The pipeline
  > It waits for the approval.
- [x] The product owner
- [ ] The `main` branch
> One person answers for it. [Read again](lesson:releases#approval)

## Which of these are distributed? {#vcs}
- [x] Git
- [x] Mercurial
- [ ] Subversion
- [ ] CVS
> Two of them keep the whole history on every machine.

## Put the phases in order. {#phases}
1. Requirements
2. Design
3. Code
4. Test
> As written.

## Match the role to its work. {#roles points=1.5}
| Role | Work |
|:---|---:|
| Data engineer | prepares data |
| ML engineer | deploys models |
| Analyst | prepares data |
> Two of them prepare data.

## Which command lists the branches? {#branch}
= git branch
= /git\\s+branch\\s+(-a|--all)/
> With `-a`, those of the remote too.

## How many hours is one evening? {#hours}
= 3 ± 0.1
> From 20:30 to 23:30.

## Git is a ___ system of the ___ kind. {#cloze points=0.5}
= free | open-source
= distributed
> Its source is open.
"""
)

RIGHT = {
    "approval": [1],
    "vcs": [0, 1],
    "phases": [1, 2, 3, 4],
    "roles": [0, 1, 0],
    "branch": "git branch",
    "hours": "3",
    "cloze": ["free", "distributed"],
}


def one_of_each():
    return parse(ONE_OF_EACH)


def question(body, key="q", heading="What is it?"):
    """Return a question with this body; heading and explanation are added."""
    return parse(f"{FRONT_MATTER}## {heading} {{#{key}}}\n{body}\n> Because.\n").questions[0]


def random_fields(question, layout, rng):
    """Return a form as a learner might post it: some fields missing, some with nonsense."""

    def pick(values):
        return [rng.choice([*values, "", "nonsense"])]

    texts = ["free", " Git  Branch", "3,05", "distributed", "x" * 1200, "\x00"]
    fields = {"answer": rng.sample(layout.get("options", texts), rng.randint(0, 2))}
    for token in layout.get("items", []):
        fields[f"answer-{token}"] = pick("01234567")
    for token in layout.get("left", []):
        fields[f"answer-{token}"] = pick(layout["right"])
    for blank in ("1", "2", "3"):
        fields[f"answer-{blank}"] = pick(texts)
    return {name: values for name, values in fields.items() if rng.random() < 0.8}
