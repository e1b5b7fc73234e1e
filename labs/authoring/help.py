"""The help beside the editor of lab.yaml, generated from the engine's documentation."""

from labs.grader import documentation
from labs.grader.checks import KINDS
from labs.grader.reference import CHECK_KEYS, SCENARIO_KEYS, VOCABULARY
from lessons.admin.help import HelpEntry, HelpGroup

CHECK = """\
- id: {id}
  says: Say here what is true when the check passes
{kind}
  points: 10
"""
SCENARIO = """\
- name: a repository with one commit
  steps:
    - {commit: Start, files: {README.md: "# Project"}}
  expect: {others: passed}
"""


RUBRIC = """\
rubric:
  - id: prose
    says: The README says what the project is for
    levels:
      - {says: In one paragraph that a newcomer understands, points: 10}
      - {says: In part, points: 5}
      - {says: Not at all, points: 0}
"""
REVIEW = """\
review:
  works: 2
  deadline: 7 days 23:59
  must_review: true
  criteria:
    - id: newcomer
      says: A newcomer can run the project with the README alone
      points: 10
"""
REVIEW_KEYS = {
    "works": "the number of submissions that each learner reviews, 1 to 10",
    "deadline": "days after the deadline of the lab, or “session 4 + 6 days 23:59”",
    "must_review": "true: learners pass only once they have submitted their own reviews",
    "criteria": "as in a rubric; the median of the reviews counts",
}
RUBRIC_KEYS = {
    "id": "the name of the criterion; keep it when you reword the criterion, so that marks stay",
    "says": "a statement that a person judges",
    "points": "more than 0; staff give any number up to it",
    "levels": "instead of points: 2 to 10 of them, each with `says` and `points`; staff choose one",
}


def lab_help() -> list[HelpGroup]:
    kinds = documentation.of_kinds()
    abouts = dict.fromkeys(kind.about for kind in KINDS.values())
    groups = [
        _checks(about, tuple(_check(kind) for kind in kinds if KINDS[kind.name].about == about))
        for about in abouts
    ]
    return [_vocabulary(), *groups, _rubric(), _review(), _scenarios(), _steps()]


def _vocabulary() -> HelpGroup:
    keys = HelpEntry(
        "Keys", "of each check, besides the one that names its kind", details=tuple(CHECK_KEYS.items())
    )
    shared = HelpEntry("Parameters", "with the same meaning in every kind", details=tuple(VOCABULARY.items()))
    return HelpGroup("All checks", (keys, shared))


def _rubric() -> HelpGroup:
    about = "Criteria that staff mark. Their points count beside those of the checks."
    entry = HelpEntry("Criterion", "with levels or points", RUBRIC, details=tuple(RUBRIC_KEYS.items()))
    return HelpGroup("Rubric", (entry,), about, before="^scenarios:")


def _review() -> HelpGroup:
    about = "Learners review each other’s work. The median of the reviews counts in addition to the checks."
    entry = HelpEntry("Review", "with its criteria", REVIEW, details=tuple(REVIEW_KEYS.items()))
    return HelpGroup("Peer review", (entry,), about, before="^scenarios:")


def _scenarios() -> HelpGroup:
    about = "A lab opens once each check has passed in one scenario and needed work in another."
    keys = tuple(SCENARIO_KEYS.items())
    entry = HelpEntry("Scenario", "a small repository and the outcomes to expect", SCENARIO, details=keys)
    return HelpGroup(
        "Scenarios", (entry,), about, before="^ *- name:", section="scenarios", indent_like="^ *- name:"
    )


def _checks(about: str, entries: tuple[HelpEntry, ...]) -> HelpGroup:
    title = f"Checks: {about}"
    return HelpGroup(title, entries, before="^ *- id:", section="checks", indent_like="^ *- id:")


def _check(kind: documentation.Documentation) -> HelpEntry:
    shown = "\n".join(f"  {line}" for line in kind.example.rstrip().split("\n"))
    values = [(name, f"{asks}. Parameters: {', '.join(keys) or 'none'}.") for name, asks, keys in kind.values]
    return HelpEntry(
        kind.name,
        kind.summary,
        CHECK.format(id=kind.name.replace("_", "-"), kind=shown),
        _paragraphs(kind.more),
        (*kind.parameters, *values),
    )


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split("\n\n") if part.strip())


def _steps() -> HelpGroup:
    about = "The steps of a scenario build a small repository, one after the other."
    steps = documentation.of_steps()
    entries = [
        HelpEntry(step.name, step.summary, f"- {{{step.example}}}\n", details=tuple(step.parameters))
        for step in steps
    ]
    shared = tuple(documentation.shared_by_steps())
    entries.append(HelpEntry("Files, author and date", "for each step that makes a commit", details=shared))
    return HelpGroup(
        "Scenario steps",
        tuple(entries),
        about,
        before="^ *(- |expect:)",
        section="scenarios",
        indent_like="^ *- ",
        tight=True,
    )
